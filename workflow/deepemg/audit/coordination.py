"""What the muscles of a cohort do: correlations between them, and how high their excitations are."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from deepemg.audit.truth_files import movements, read_excitation, subject_folders
from deepemg.joint.definition import Joint, load_joint
from deepemg.simulate.cohort import Cohort
from deepemg.simulate.protocol import Movement


def pairs(joint: Joint) -> list[tuple[str, str]]:
    """Each deep muscle with each of those that lie over it."""
    return [(name, other) for name in joint.deep_muscles for other in joint.muscle(name).beneath]


def coordination(cohort: Cohort, folder: Path) -> pd.DataFrame:
    """A row per movement trial: tier, subject, trial, task, load_kg, r of each pair, mean and peak of each muscle."""
    joint = load_joint(cohort.assumptions["joint"])
    trials = {trial.name: trial for trial in cohort.trials() if isinstance(trial, Movement)}
    rows = []
    for subject in subject_folders(folder).values():
        for name in movements(subject):
            excitation = read_excitation(subject, name).drop(columns="time")
            together = excitation.corr()
            rows.append(
                {
                    "tier": cohort.tier,
                    "subject": subject.name,
                    "trial": name,
                    "task": trials[name].task,
                    "load_kg": trials[name].load_kg,
                    **{f"r_{a}_{b}": together.loc[a, b] for a, b in pairs(joint)},
                    **{f"mean_{muscle}": values.mean() for muscle, values in excitation.items()},
                    **{f"peak_{muscle}": values.max() for muscle, values in excitation.items()},
                }
            )
    return pd.DataFrame(rows)
