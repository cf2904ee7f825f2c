"""Which trials a fit sees, its reconstructions as one table, and what its folder is called."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from deepemg.signals.recording import Recording, Trial

if TYPE_CHECKING:  # those who only read tables need no torch
    from deepemg.reconstruct.contract import Fitted

ALL_LOADS = "all"
FIT = ("subject", "load", "method")  # what names a fit
UNSEEN = "not_"  # before a load label: a fit that has not seen that load


def at_load(recording: Recording, load: str) -> tuple[Recording, tuple[Trial, ...]]:
    """What to train on, and which trials to reconstruct: of one load, of all ("all"), or with one left out.

    "not_2kg" trains on every load but 2kg and reconstructs the trials with 2kg.
    """
    label = load.removeprefix(UNSEEN)
    wanted = tuple(trial for trial in recording.trials if label in (ALL_LOADS, trial.load_label))
    if load.startswith(UNSEEN):
        return recording.of_trials([trial for trial in recording.trials if trial.load_label != label]).train, wanted
    return recording.of_trials(wanted).train, wanted


def reconstruct_trials(fitted: Fitted, trials: Iterable[Trial]) -> pd.DataFrame:
    """Reconstructions below each other: trial, split, load, time_s, torque_nm, each muscle with its band."""
    tables = []
    for trial in trials:
        table = fitted.reconstruct(trial).table()
        table.insert(0, "trial", trial.name)
        table.insert(1, "split", trial.split)
        table.insert(2, "load", trial.load_label)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)


def fit_names(path: str | Path) -> dict[str, str]:
    """subject, load and method of a file in results/<subject>/<load>/<method>/."""
    return dict(zip(FIT, Path(path).parts[-4:-1], strict=True))


def with_names(table: pd.DataFrame, names: Mapping[str, str]) -> pd.DataFrame:
    """The table of a fit with its subject, load and method as the first columns."""
    return table.assign(**{key: names[key] for key in FIT})[[*FIT, *table.columns]]
