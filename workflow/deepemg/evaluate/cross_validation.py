"""A recorded channel hidden, each trial or each load left out in turn: how well would a method have reconstructed it?

No simulated truth is needed: the channel's own recording is what the reconstruction is scored against.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from deepemg.evaluate.envelope_scores import envelope_scores
from deepemg.evaluate.metrics import lag_ms
from deepemg.reconstruct.contract import Reconstruction
from deepemg.signals.recording import Recording, Trial

COLUMNS = [
    *["channel", "method", "leave_out", "fold", "trial", "load"],
    *["rmse", "nrmse", "r2", "r", "lag_ms", "coverage90", "torque_rmse_nm"],
    *["crps", "level", "peak", "slope"],
]


@dataclass(frozen=True)
class Fold:
    """`leave_out` is trial, load or split, `name` the one left out; only split asks what a trial was recorded for."""

    leave_out: str
    name: str
    training: Recording
    test: tuple[Trial, ...]


KEYS: dict[str, Callable[[Trial], str]] = {"trial": lambda t: t.name, "load": lambda t: t.load_label}


def folds(recording: Recording, leave_out_each: Sequence[str] = ("trial", "load")) -> list[Fold]:
    """Each trial, or each load, left out in turn; split: the test trials, once. Nothing to learn from, no fold."""
    found = []
    for leave_out in leave_out_each:
        if leave_out == "split":
            found += [Fold("split", "test", recording.train, recording.test)] if recording.test else []
            continue
        key = KEYS[leave_out]
        for name in dict.fromkeys(map(key, recording.trials)):
            training = [trial for trial in recording.trials if key(trial) != name]
            test = tuple(trial for trial in recording.trials if key(trial) == name)
            if training:
                found.append(Fold(leave_out, name, recording.of_trials(training), test))
    return found


Reconstruct = Callable[[Trial], Reconstruction]
Fit = Callable[[Recording], Reconstruct]


def cross_validate(
    fit: Fit,
    recording: Recording,
    muscles: Sequence[str],
    *,
    channel: str,
    method: str,
    longest_lag_ms: float,
    given: bool = False,
    leave_out: Sequence[str] = ("trial", "load"),
) -> pd.DataFrame:
    """A row per fold and trial left out; `fit` never sees the channel, which records one muscle or a group of heads.

    Where it is `given`, `fit` sees it in the training trials, as if the muscle had been recorded once and not since.
    A group's reconstruction is the mean of its heads'. torque_rmse_nm is against inverse dynamics.
    """
    rows = []
    for fold in folds(recording, leave_out):
        reconstruct = fit(fold.training if given else fold.training.without(muscles))
        for trial in fold.test:
            found = reconstruct(trial.without(muscles))
            places = [found.muscles.index(muscle) for muscle in muscles]
            mean, lower, upper = (getattr(found, key)[:, places].mean(axis=1) for key in ("mean", "lower", "upper"))
            recorded = trial.envelope(muscles[0])
            lag = lag_ms([recorded], [mean], rate_hz=trial.rate_hz, longest_ms=longest_lag_ms)
            missed = float(np.sqrt(np.mean((found.torque - trial.torque) ** 2)))
            names = channel, method, fold.leave_out, fold.name, trial.name, trial.load_label
            row: dict[str, object] = dict(zip(COLUMNS, names, strict=False))
            scores = envelope_scores(recorded, mean, lower, upper)
            rows.append(row | scores | {"lag_ms": lag, "torque_rmse_nm": missed})
    return pd.DataFrame(rows, columns=COLUMNS)
