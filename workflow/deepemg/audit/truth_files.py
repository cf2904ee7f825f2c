"""The truth beside a simulated subject's recordings."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from deepemg.simulate.folder import EXCITATION_FILE, STATE_FILE


def subject_folders(cohort: Path) -> dict[int, Path]:
    """Folders of a cohort's subjects S1, S2, ... by their number, in that order."""
    return dict(sorted((int(path.parent.name[1:]), path.parent) for path in cohort.glob("S*/subject.yaml")))


def movements(subject: Path) -> list[str]:
    """Names of the movement trials that were made."""
    trials = pd.read_csv(subject / "trials.csv")
    return list(trials.loc[trials["role"] == "movement", "trial"])


def read_excitation(subject: Path, trial: str) -> pd.DataFrame:
    """time (s) and the excitation of each muscle."""
    return pd.read_csv(subject / EXCITATION_FILE.format(trial=trial))


def read_state(subject: Path, trial: str) -> pd.DataFrame:
    """time (s), angle and its derivatives (deg), muscle_torque_nm, activations and fibre lengths (m)."""
    return pd.read_csv(subject / STATE_FILE.format(trial=trial))
