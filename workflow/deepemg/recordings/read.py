"""Read the signals of a trial in standard units: EMG in uV (or as a fraction), angle in rad."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from deepemg.recordings.readers import READERS
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import MICROVOLTS, Channel, Subject, Trial

RADIANS = {"deg": np.pi / 180, "rad": 1.0}


def read_emg(subject: Subject, channel: Channel, trial: Trial) -> Signal:
    """One channel of one trial in uV; envelopes and excitations as fractions."""
    path = subject.emg_path(channel, trial)
    signal = READERS[subject.description["format"]].read(path, channel.column, rate_hz=channel.rate_hz)
    return replace(signal, values=signal.values * MICROVOLTS[channel.unit])


def read_angle(subject: Subject, trial: Trial) -> Signal:
    """Elbow angle of one trial in rad, 0 = extended, flexion positive."""
    entry = subject.description["kinematics"]
    path = subject.kinematics_path(trial)
    signal = READERS[subject.description["format"]].read(path, entry["column"], rate_hz=entry.get("rate_hz"))
    return replace(signal, values=signal.values * RADIANS[entry["unit"]])
