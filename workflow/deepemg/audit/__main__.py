"""Command line: audit the simulated truth, and renew the tables and figures of docs/truth.md."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import yaml

from deepemg.audit import draw_coordination, draw_likeness
from deepemg.audit.consistency import consistency
from deepemg.audit.coordination import coordination
from deepemg.audit.document import with_tables
from deepemg.audit.likeness import likeness
from deepemg.audit.sensitivity import sensitivity
from deepemg.audit.speed import speed
from deepemg.files import written_aside
from deepemg.recordings.subject import read_subject
from deepemg.report.style import save
from deepemg.simulate.assumptions import load_assumptions, vary
from deepemg.simulate.cohort import Cohort, make_cohort

TIERS = ("T1", "T2", "T3", "T4")


def main() -> None:
    """Run the audit's parts; each leaves a CSV file, some a figure."""
    parser = argparse.ArgumentParser(prog="python -m deepemg.audit", description=__doc__)
    parser.add_argument("--seed", type=int, required=True, help="of the cohorts that are audited")
    parser.add_argument("--subjects", type=int, default=5, help="of each tier")
    parser.add_argument("--cohorts", type=Path, required=True, help="where they are made, or found")
    parser.add_argument("--out", type=Path, required=True, help="folder of the audit's tables and figures")
    parser.add_argument("--document", type=Path, required=True, help="page with the marks of the tables")
    parser.add_argument("--published", type=Path, required=True, help="folder of the published cohort")
    parser.add_argument("--published-seed", type=int, required=True)
    parser.add_argument("--real", type=Path, help="subject folder of a real recording")
    parser.add_argument("--recordings", type=Path, help="its signal files")
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--parts", nargs="+", choices=tuple(PARTS), default=tuple(PARTS), help="what to renew")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for part in options.parts:
        table = PARTS[part](options)
        with written_aside(options.out / f"{part}.csv") as path:
            table.to_csv(path, index=False, float_format="%.6g")
    page = with_tables(options.document.read_text(), options.out)
    with written_aside(options.document) as path:
        path.write_text(page)


def _cohort(seed: int, tier: str) -> Cohort:
    return Cohort(seed, tier, load_assumptions())


def _cohorts(options: argparse.Namespace) -> dict[str, Path]:
    """Folder of each tier's cohort, made where it is missing."""
    folders = {tier: options.cohorts / tier for tier in TIERS}
    for tier, folder in folders.items():
        lost = make_cohort(folder, _cohort(options.seed, tier), options.subjects, options.jobs)
        if lost:
            raise RuntimeError(f"{tier}: lost {', '.join(lost)}")
    return folders


def _consistency(options: argparse.Namespace) -> pd.DataFrame:
    published = consistency(_cohort(options.published_seed, "T1"), options.published, options.jobs)
    tables = [published.assign(tier="T1, published")]
    for tier, folder in _cohorts(options).items():
        tables.append(consistency(_cohort(options.seed, tier), folder, options.jobs))
    return pd.concat(tables, ignore_index=True)


def _coordination(options: argparse.Namespace) -> pd.DataFrame:
    folders = _cohorts(options)
    rows = {tier: (folders[tier] / "S1", "{load}kg_test") for tier in ("T1", "T2", "T3")}
    rows["T4 overhead"] = (folders["T4"] / "S1", "{load}kg_overhead_test")
    figure = draw_coordination.plot(rows, load_assumptions()["protocol"]["loads"])
    save(figure, options.out / "coordination.svg", options.out / "coordination.png")
    tables = [coordination(_cohort(options.seed, tier), folder) for tier, folder in folders.items()]
    return pd.concat(tables, ignore_index=True)


def _likeness(options: argparse.Namespace) -> pd.DataFrame:
    settings = yaml.safe_load(options.config.read_text())["process_emg"]
    folder = _cohorts(options)["T1"]
    simulated = [one for path in sorted(folder.glob("S*")) for one in likeness(read_subject(path), "BIClong", settings)]
    recorded = likeness(read_subject(options.real, options.recordings), "BIC", settings)
    groups = {"simulated (T1)": simulated, f"recorded ({options.real.name})": recorded}
    save(draw_likeness.plot(groups), options.out / "likeness.svg", options.out / "likeness.png")
    return pd.DataFrame([{"group": name} | one.numbers for name, trials in groups.items() for one in trials])


def _sensitivity(options: argparse.Namespace) -> pd.DataFrame:
    config = yaml.safe_load(options.config.read_text())
    shorter = vary(load_assumptions(), {"protocol": {"train_repetitions": 2, "test_repetitions": 2}})
    cohort = Cohort(options.seed, "T1", shorter)
    return sensitivity(cohort, options.subjects, options.cohorts / "sensitivity", options.jobs, config)


def _speed(options: argparse.Namespace) -> pd.DataFrame:
    return speed(_cohort(options.seed, "T1"), TIERS[:2])


PARTS: dict[str, Callable[[argparse.Namespace], pd.DataFrame]] = {
    "consistency": _consistency,
    "coordination": _coordination,
    "likeness": _likeness,
    "sensitivity": _sensitivity,
    "speed": _speed,
}

if __name__ == "__main__":
    main()
