"""Isometric contractions of a subject (MVC trials, holds), a row each: angle, torque where measured, envelopes."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from deepemg.recordings.read import read_angle, read_measured_torque
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import SubjectFolder, TrialRow
from deepemg.signals.envelopes import channel_envelope, channel_whitening
from deepemg.signals.settings import EnvelopeSettings

ISOMETRIC = ("mvc", "hold")
PLATEAU = 0.8  # share of its high level (95th percentile) above which an effort is at its plateau
HIGH = 0.95


def subject_contractions(subject: SubjectFolder, levels: pd.DataFrame, settings: EnvelopeSettings) -> pd.DataFrame:
    """trial, role, pronated, angle_rad, torque_nm (NaN where not measured), and the observed muscles' mean envelopes.

    Means over the plateau of the effort: torque where it was measured, else the sum of the envelopes. Trials without
    angle are left out. `levels` are those of `subject_envelopes`, `settings` those of the envelopes.
    """
    joint, channels = subject.generic_joint(), subject.channels_used("observed")
    level = levels.set_index("channel")["level"]
    whitening = {channel.name: channel_whitening(subject, channel, settings) for channel in channels}
    rows = []
    for trial in (t for t in subject.trials if t.role in ISOMETRIC and t.has_angle):
        angle = read_angle(subject, trial)
        envelopes = {
            c: _resampled(channel_envelope(subject, c, trial, settings, whitening[c.name]), angle) / level[c.name]
            for c in channels
            if subject.records(c, trial)
        }
        if not envelopes:
            continue
        torque = _measured(subject, trial, angle)
        plateau = _plateau(np.sum(list(envelopes.values()), axis=0) if torque is None else np.abs(torque))
        row: dict[str, Any] = {"trial": trial.trial, "role": trial.role, "pronated": trial.forearm == "pronated"}
        row["angle_rad"] = angle.values[plateau].mean()
        row["torque_nm"] = np.nan if torque is None else torque[plateau].mean()
        for channel, values in envelopes.items():
            row |= {muscle: values[plateau].mean() for muscle in joint.members(channel.muscle)}
        rows.append(row)
    observed = {muscle for channel in channels for muscle in joint.members(channel.muscle)}
    muscles = [name for name in joint.muscle_names if name in observed]
    return pd.DataFrame(rows, columns=["trial", "role", "pronated", "angle_rad", "torque_nm", *muscles])


def _measured(subject: SubjectFolder, trial: TrialRow, clock: Signal) -> np.ndarray | None:
    """Measured torque (T,) on the clock of the angle, N m."""
    return _resampled(read_measured_torque(subject, trial), clock) if trial.torque_file else None


def _resampled(signal: Signal, clock: Signal) -> np.ndarray:
    return np.interp(clock.time_s, signal.time_s, signal.values)


def _plateau(effort: np.ndarray) -> np.ndarray:
    """Samples (T,) at which an effort is near its high level."""
    return np.asarray(effort >= PLATEAU * np.quantile(effort, HIGH))
