"""The parts of the audit of the simulated truth; each gives a table, some a figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from deepemg.atomic import written_aside
from deepemg.audit import draw_coordination, draw_likeness, draw_mechanisms
from deepemg.audit.consistency import consistency
from deepemg.audit.coordination import coordination
from deepemg.audit.detection import detection
from deepemg.audit.fuzz import fuzz
from deepemg.audit.likeness import likeness
from deepemg.audit.mechanisms import mechanisms_table
from deepemg.audit.sensitivity import sensitivity
from deepemg.audit.speed import speed
from deepemg.joint.definition import load_joint
from deepemg.recordings.subject import read_subject
from deepemg.report.style import save
from deepemg.signals.settings import EnvelopeSettings
from deepemg.simulate.assumptions import load_assumptions, vary
from deepemg.simulate.cohort import Cohort, make_cohort

DRAWS = 8  # of each fault and severity
FUZZ_DRAWS = 10_000
SHORTER = {"train_repetitions": 2, "test_repetitions": 2}  # where a cohort is made again and again
TIERS = ("T1", "T2", "T3", "T4")
SIMULATED_CHANNEL, REAL_CHANNEL = "BIClong", "BIC"  # biceps, as the two recordings name it


@dataclass(frozen=True)
class AuditOptions:
    """Seed and size of the cohorts that are audited, where they are made or found, and what stands beside them.

    `published` is the folder of the published cohort, `real` the subject folder of a real recording and `recordings`
    its signal files. Each mechanism is a cohort, so it has `paired` subjects and `loads` (kg) of its own; `weights` are
    those of the networks that are judged by it (None: the released ones).
    """

    seed: int
    subjects: int
    cohorts: Path
    out: Path
    published: Path
    published_seed: int
    real: Path | None
    recordings: Path | None
    jobs: int
    paired: int
    loads: tuple[float, ...]
    weights: Path | None


def audit(options: AuditOptions, parts: list[str]) -> None:
    """Run parts of the audit; each leaves a CSV file, some a figure."""
    options.out.mkdir(parents=True, exist_ok=True)
    for part in parts:
        table = PARTS[part](options)
        with written_aside(options.out / f"{part}.csv") as path:
            table.to_csv(path, index=False, float_format="%.6g")


def _cohort(seed: int, tier: str) -> Cohort:
    return Cohort(seed, tier, load_assumptions())


def _cohorts(options: AuditOptions) -> dict[str, Path]:
    """Folder of each tier's cohort, made where it is missing."""
    folders = {tier: options.cohorts / tier for tier in TIERS}
    for tier, folder in folders.items():
        lost = make_cohort(folder, _cohort(options.seed, tier), options.subjects, options.jobs)
        if lost:
            raise RuntimeError(f"{tier}: lost {', '.join(lost)}")
    return folders


def _consistency(options: AuditOptions) -> pd.DataFrame:
    published = consistency(_cohort(options.published_seed, "T1"), options.published, options.jobs)
    tables = [published.assign(tier="T1, published")]
    for tier, folder in _cohorts(options).items():
        tables.append(consistency(_cohort(options.seed, tier), folder, options.jobs))
    return pd.concat(tables, ignore_index=True)


def _coordination(options: AuditOptions) -> pd.DataFrame:
    folders = _cohorts(options)
    rows = {tier: (folders[tier] / "S1", "{load}kg_test") for tier in ("T1", "T2", "T3")}
    rows["T4 overhead"] = (folders["T4"] / "S1", "{load}kg_overhead_test")
    assumptions = load_assumptions()
    figure = draw_coordination.plot(rows, assumptions["protocol"]["loads"], load_joint(assumptions["joint"]))
    save(figure, options.out / "coordination.svg", options.out / "coordination.png")
    tables = [coordination(_cohort(options.seed, tier), folder) for tier, folder in folders.items()]
    return pd.concat(tables, ignore_index=True)


def _likeness(options: AuditOptions) -> pd.DataFrame:
    settings = EnvelopeSettings()
    if options.real is None:
        raise ValueError("likeness needs a real recording (--real, --recordings)")
    folder = _cohorts(options)["T1"]
    simulated = [
        one for path in sorted(folder.glob("S*")) for one in likeness(read_subject(path), SIMULATED_CHANNEL, settings)
    ]
    recorded = likeness(read_subject(options.real, options.recordings), REAL_CHANNEL, settings)
    groups = {"simulated (T1)": simulated, f"recorded ({options.real.name})": recorded}
    save(draw_likeness.plot(groups), options.out / "likeness.svg", options.out / "likeness.png")
    return pd.DataFrame([{"group": name} | one.numbers for name, trials in groups.items() for one in trials])


def _sensitivity(options: AuditOptions) -> pd.DataFrame:
    cohort = Cohort(options.seed, "T1", vary(load_assumptions(), {"protocol": SHORTER}))
    return sensitivity(cohort, options.subjects, options.cohorts / "sensitivity", options.jobs)


def _mechanisms(options: AuditOptions) -> pd.DataFrame:
    assumptions = vary(load_assumptions(), {"protocol": {**SHORTER, "loads": list(options.loads)}})
    folder = options.cohorts / "mechanisms"
    table = mechanisms_table(options.seed, assumptions, options.weights, options.paired, folder, options.jobs)
    save(draw_mechanisms.plot(table), options.out / "mechanisms.svg", options.out / "mechanisms.png")
    return table


def _speed(options: AuditOptions) -> pd.DataFrame:
    return speed(_cohort(options.seed, "T1"), TIERS[:2])


def _detection(options: AuditOptions) -> pd.DataFrame:
    folder = options.cohorts / "detection"
    lost = make_cohort(folder, _cohort(options.seed, "T1"), options.subjects, options.jobs)
    whole = [path for path in sorted(folder.glob("S*")) if not any(name.startswith(f"{path.name} ") for name in lost)]
    return detection(whole, seed=options.seed, jobs=options.jobs, draws=DRAWS)


PARTS: dict[str, Callable[[AuditOptions], pd.DataFrame]] = {
    "consistency": _consistency,
    "coordination": _coordination,
    "likeness": _likeness,
    "sensitivity": _sensitivity,
    "mechanisms": _mechanisms,
    "speed": _speed,
    "detection": _detection,
    "fuzz": lambda options: fuzz(FUZZ_DRAWS, options.seed),
}
