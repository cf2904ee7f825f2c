"""Read the signals of a trial in standard units: EMG in uV (or as a fraction), angle in rad."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from deepemg.recordings.readers import READERS
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import MICROVOLTS, Channel, Subject, Trial

RADIANS = {"deg": np.pi / 180, "rad": 1.0}


def read_emg(subject: Subject, channel: Channel, trial: Trial) -> Signal:
    """One channel of one trial, from the trial's start to its end, in uV; fractions stay fractions."""
    reader = READERS[subject.description["format"]]
    path = subject.emg_path(channel, trial)
    signal: Signal = reader.read(path, channel.column, rate_hz=channel.rate_hz, part=trial.part)
    return replace(signal, values=signal.values * MICROVOLTS[channel.unit])


def read_angle(subject: Subject, trial: Trial) -> Signal:
    """Elbow angle of one trial, from the trial's start to its end, in rad; 0 = extended, flexion positive."""
    entry = subject.description["kinematics"]
    reader = READERS[subject.description["format"]]
    path = subject.kinematics_path(trial)
    signal: Signal = reader.read(path, entry["column"], rate_hz=entry.get("rate_hz"), part=trial.part)
    return replace(signal, values=signal.values * RADIANS[entry["unit"]])
