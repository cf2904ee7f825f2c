"""Read the signals of a trial in standard units: EMG in uV (or as a fraction), angle in rad, torque in N m."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from deepemg.recordings.readers import reader_of
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import MICROVOLTS, Channel, SubjectFolder, TrialRow

RADIANS = {"deg": np.pi / 180, "rad": 1.0}


def read_emg(subject: SubjectFolder, channel: Channel, trial: TrialRow) -> Signal:
    """One channel of one trial, from the trial's start to its end, in uV; fractions stay fractions."""
    signal = _read(subject, subject.emg_path(channel, trial), channel.column, channel.rate_hz, trial)
    return replace(signal, values=signal.values * MICROVOLTS[channel.unit])


def read_angle(subject: SubjectFolder, trial: TrialRow) -> Signal:
    """Joint angle of one trial, from the trial's start to its end, in rad; 0 = extended, flexion positive."""
    entry = subject.description["kinematics"]
    signal = _read(subject, subject.kinematics_path(trial), entry["column"], entry.get("rate_hz"), trial)
    return replace(signal, values=signal.values * RADIANS[entry["unit"]])


def read_measured_torque(subject: SubjectFolder, trial: TrialRow) -> Signal:
    """Moment that the muscles gave about the joint, from the trial's start to its end, in N m; flexion positive."""
    entry = subject.description["torque"]
    return _read(subject, subject.torque_path(trial), entry["column"], entry.get("rate_hz"), trial)


def _read(subject: SubjectFolder, path: Path, column: str, rate_hz: float | None, trial: TrialRow) -> Signal:
    signal: Signal = reader_of(subject.description["format"], path).read(path, column, rate_hz=rate_hz, part=trial.part)
    return signal
