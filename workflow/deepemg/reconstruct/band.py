"""A plain 90 % band for methods that have no posterior: how far they miss the muscles that were observed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.signals.recording import Recording

COVERAGE = 0.90
NOTHING = 1e-6  # residuals below this are rounding: the method repeats what it was given


def residual_half_widths(residuals: dict[str, np.ndarray], joint: Joint) -> np.ndarray:
    """Half width (n_muscles,) of the band: the 90 % quantile of |residual| over the observed muscles of each action.

    It supposes that a hidden muscle is missed as an observed synergist is; the coverage in the tables shows how far
    that holds. NaN where no residual of that action exists, or all are nothing (one channel copied onto two heads; as
    many synergies as channels).
    """
    widths = np.full(len(joint.muscles), np.nan)
    for action in ("flexor", "extensor"):
        pooled = [np.abs(v) for name, v in residuals.items() if joint.muscle(name).action == action]
        if not pooled:
            continue
        width = float(np.quantile(np.concatenate(pooled), COVERAGE))
        for place, muscle in enumerate(joint.muscles):
            if muscle.action == action and width > NOTHING:
                widths[place] = width
    return widths


def band(mean: np.ndarray, half_widths: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper limits (T, n_muscles) inside 0..1."""
    return np.clip(mean - half_widths, 0, 1), np.clip(mean + half_widths, 0, 1)


def observed_half_widths(recording: Recording, solutions: Sequence[np.ndarray]) -> np.ndarray:
    """Half widths (n_muscles,) of the band: solutions (T, n_muscles) of the trials minus the measured envelopes."""
    residuals = {}
    for name in recording.trials[0].observed:
        place = recording.joint.muscle_names.index(name)
        pairs = zip(recording.trials, solutions, strict=True)
        residuals[name] = np.concatenate([solved[:, place] - trial.envelope(name) for trial, solved in pairs])
    return residual_half_widths(residuals, recording.joint)
