"""What the checks find of faults that were put in, and what they find where there are none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.audit.faults import FAULTS, Case
from deepemg.child_processes import process_pool
from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.readers import open_file
from deepemg.recordings.subject import SubjectFolder, TrialRow, read_subject
from deepemg.signals.quality import judge
from deepemg.signals.settings import SignalSettings

CLEAN_DRAWS = 200
TRUE_OF_COHORT = {"DE-103"}  # the simulator draws efforts below the maximum: a weak MVC is there, and counted apart
SEVERITIES = ("mild", "middle", "severe")


def draw_subject(folder: Path, random: np.random.Generator) -> SubjectFolder:
    """A sound subject: a random half of the movements with two loads or more, MVC trials, two to four channels."""
    subject = read_subject(folder)
    loads = sorted({trial.load_kg for trial in subject.movements})
    chosen = random.choice(loads, size=min(2, len(loads)), replace=False) if random.random() < 0.5 else loads
    trials = [t for t in subject.trials if t.role == "mvc" or (t.role == "movement" and t.load_kg in chosen)]
    observed = subject.channels_used("observed")
    joint = subject.generic_joint()
    sides = {
        action: [c for c in observed if joint.muscle(joint.members(c.muscle)[0]).action == action]
        for action in ("flexor", "extensor")
    }
    keep = [c for own in sides.values() for c in (own if random.random() < 0.5 else [own[random.integers(len(own))]])]
    channels = tuple(c for c in subject.channels if c in keep)
    return replace(subject, trials=tuple(trials), channels=channels)


@lru_cache(maxsize=300)
def _sound(path: Path) -> Contents:
    """Columns of a sound file as numbers, read once in a process."""
    contents = open_file(path)
    columns = tuple(replace(column, cells=np.array(column.cells, dtype=float)) for column in contents.columns)
    return replace(contents, columns=columns)


def findings_of(subject: SubjectFolder, changed: dict[Path, Contents]) -> set[str]:
    """Ids of what is told of a subject, some of whose files hold something else."""

    def opened(path: Path, _declared: str | None) -> Contents:
        return changed.get(path) or _sound(path)

    found = judge(subject, SignalSettings(), uses=("observed",), opened=opened)
    return {problem.id for problem in found.problems}


def _struck(subject: SubjectFolder, reach: str, random: np.random.Generator) -> Sequence[TrialRow]:
    if reach == "one":
        return [subject.movements[random.integers(len(subject.movements))]]
    if reach == "movements":
        return subject.movements
    return subject.mvc_trials if reach == "mvc" else subject.trials


def put_in(subject: SubjectFolder, name: str, strength: float, seed: int) -> tuple[SubjectFolder, dict[Path, Contents]]:
    """The subject and its files with a fault in them."""
    fault, _, reach, _ = FAULTS[name]
    random = np.random.default_rng(seed)
    joint = subject.generic_joint()
    target = subject.channels[random.integers(len(subject.channels))]
    action = joint.muscle(joint.members(target.muscle)[0]).action
    others = [c for c in subject.channels if joint.muscle(joint.members(c.muscle)[0]).action != action]
    other = others[random.integers(len(others))]
    if reach == "drop mvc":
        return replace(subject, trials=subject.movements), {}
    changed = {}
    for trial in _struck(subject, reach, random):
        path = subject.emg_path(target, trial)
        contents = _sound(path)
        columns = {column.name: np.array(column.cells) for column in contents.columns}
        case = Case(target.column, other.column, float(target.rate_hz or 0), random)
        made = fault(columns, case, strength)
        changed[path] = replace(contents, columns=tuple(Column(n, values) for n, values in made.items()))
    return subject, changed


def _draw(task: tuple[Path, str, int, int]) -> tuple[str, int, set[str]]:
    """One draw: its fault ("" for none), severity, and what was told beside what the sound draw tells."""
    folder, name, severity, seed = task
    subject = draw_subject(folder, np.random.default_rng(seed))
    if not name:
        return name, severity, findings_of(subject, {})
    strength = FAULTS[name][1][severity]
    return name, severity, findings_of(*put_in(subject, name, strength, seed)) - findings_of(subject, {})


def detection(folders: Sequence[Path], *, seed: int, jobs: int, draws: int) -> pd.DataFrame:
    """fault, severity, draws, detected (share): one of the expected problems was told; clean draws last.

    `draws` of each fault and severity, CLEAN_DRAWS without any; what simulated subjects truly have is counted apart.
    """
    random = np.random.default_rng(seed)
    cases = [(name, severity) for name in FAULTS for severity in range(3) for _ in range(draws)]
    cases += [("", 0)] * CLEAN_DRAWS
    tasks = [
        (folders[int(random.integers(len(folders)))], name, severity, int(random.integers(2**31)))
        for name, severity in cases
    ]
    tasks.sort(key=lambda task: task[0])  # a process reads a subject's files once
    with process_pool(jobs) as pool:
        found = list(pool.map(_draw, tasks, chunksize=8))
    rows = []
    for name, (_, strengths, _, expected) in FAULTS.items():
        for severity, label in enumerate(SEVERITIES):
            told = [ids for other, at, ids in found if (other, at) == (name, severity)]
            hits = [bool(ids & expected) if expected else not ids for ids in told]
            rows.append((name, label, strengths[severity], len(told), float(np.mean(hits))))
    clean = [ids for name, _, ids in found if not name]
    alarms = [ids - TRUE_OF_COHORT for ids in clean]
    rows.append(("none: false alarms", "", 0, len(clean), float(np.mean([bool(ids) for ids in alarms]))))
    for identity in sorted(set().union(*clean)):
        share = float(np.mean([identity in ids for ids in clean]))
        rows.append((f"none: {identity}", "", 0, len(clean), share))
    return pd.DataFrame(rows, columns=["fault", "severity", "strength", "draws", "told"])
