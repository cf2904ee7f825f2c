"""Isometric contractions of a subject (MVC trials, holds), a row each: angle, torque where measured, envelopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from deepemg.recordings.read import read_angle, read_measured_torque
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Subject, Trial
from deepemg.signals.envelopes import channel_envelope, channel_level

ISOMETRIC = ("mvc", "hold")
PLATEAU = 0.8  # share of its high level (95th percentile) above which an effort is at its plateau
HIGH = 0.95


def subject_contractions(subject: Subject, settings: dict[str, Any]) -> pd.DataFrame:
    """trial, role, angle_rad, torque_nm (NaN where not measured), and the observed muscles' mean envelopes.

    Means over the plateau of the effort: torque where it was measured, else the sum of the envelopes. Trials without
    angle are left out. `settings` are those of the envelopes.
    """
    arm, channels = subject.generic_arm(), subject.channels_used("observed")
    levels = {}
    for channel in channels:
        movements = {t.trial: channel_envelope(subject, channel, t, settings) for t in subject.movements}
        levels[channel] = channel_level(subject, channel, movements, settings)
    rows = []
    for trial in (t for t in subject.trials if t.role in ISOMETRIC and t.has_angle):
        angle = read_angle(subject, trial)
        envelopes = {c: _resampled(channel_envelope(subject, c, trial, settings), angle) / levels[c] for c in channels}
        torque = _measured(subject, trial, angle)
        plateau = _plateau(np.sum(list(envelopes.values()), axis=0) if torque is None else np.abs(torque))
        row: dict[str, Any] = {"trial": trial.trial, "role": trial.role, "angle_rad": angle.values[plateau].mean()}
        row["torque_nm"] = np.nan if torque is None else torque[plateau].mean()
        for channel, values in envelopes.items():
            row |= {muscle: values[plateau].mean() for muscle in arm.members(channel.muscle)}
        rows.append(row)
    observed = {muscle for channel in channels for muscle in arm.members(channel.muscle)}
    muscles = [name for name in arm.muscle_names if name in observed]
    return pd.DataFrame(rows, columns=["trial", "role", "angle_rad", "torque_nm", *muscles])


def _measured(subject: Subject, trial: Trial, clock: Signal) -> np.ndarray | None:
    """Measured torque (T,) on the clock of the angle, N m."""
    return _resampled(read_measured_torque(subject, trial), clock) if trial.torque_file else None


def _resampled(signal: Signal, clock: Signal) -> np.ndarray:
    return np.interp(clock.time_s, signal.time_s, signal.values)


def _plateau(effort: np.ndarray) -> np.ndarray:
    """Samples (T,) at which an effort is near its high level."""
    return np.asarray(effort >= PLATEAU * np.quantile(effort, HIGH))
