"""Envelopes of a subject's channels, as fractions of their reference level, on the clock of the kinematics."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd

from deepemg.recordings.read import read_emg
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, Subject, Trial
from deepemg.signals.emg import envelope, low_pass
from deepemg.signals.normalisation import reference_level


def channel_envelope(subject: Subject, channel: Channel, trial: Trial, settings: dict[str, Any]) -> Signal:
    """Envelope of one channel in one trial at its own rate; excitations are low-passed, envelopes pass as they are."""
    signal = read_emg(subject, channel, trial)
    order, cutoff = settings["order"], settings["envelope_cutoff_hz"]
    if channel.kind == "raw":
        values = envelope(
            signal.values,
            rate_hz=signal.rate_hz,
            low_hz=settings["band_low_hz"],
            high_hz=settings["band_high_hz"],
            cutoff_hz=cutoff,
            order=order,
        )
    elif channel.kind == "excitation":
        values = low_pass(signal.values, rate_hz=signal.rate_hz, cutoff_hz=cutoff, order=order)
    else:
        values = signal.values
    return Signal(values, signal.rate_hz, signal.start_s)


def channel_level(subject: Subject, channel: Channel, movements: dict[str, Signal], settings: dict[str, Any]) -> float:
    """Reference level of a channel in the unit of its envelope.

    1 for envelopes that are fractions of the maximum already. Known excitations (1 = full activation) are measured
    against the MVC trials like any EMG, so that truth and reconstruction share a unit; without MVC trials they stay.
    """
    if channel.is_fraction and (channel.kind == "envelope" or not subject.mvc_trials):
        return 1.0
    mvc = [channel_envelope(subject, channel, trial, settings).values for trial in subject.mvc_trials]
    training = [movements[trial.trial].values for trial in subject.movements if trial.split == "train"]
    return reference_level(mvc, training, rate_hz=channel.rate_hz, window_s=settings["mvc_window_s"])


def subject_envelopes(
    subject: Subject, use: Literal["observed", "held_out"], clock: pd.DataFrame, settings: dict[str, Any]
) -> pd.DataFrame:
    """Envelopes of the observed or of the held-out channels.

    `clock` holds trial and time_s; the result has the same rows plus one column per muscle. A channel that records a
    group of heads gives each of them the same envelope. No channel influences another one's envelope.
    """
    arm = subject.generic_arm()
    result = clock[["trial", "time_s"]].copy()
    for channel in subject.channels_used(use):
        movements = {t.trial: channel_envelope(subject, channel, t, settings) for t in subject.movements}
        level = channel_level(subject, channel, movements, settings)
        column = np.concatenate(
            [
                np.interp(rows["time_s"], movements[str(name)].time_s, movements[str(name)].values) / level
                for name, rows in clock.groupby("trial", sort=False)
            ]
        )
        for muscle in arm.members(channel.muscle):
            result[muscle] = column
    order = [muscle for muscle in arm.muscle_names if muscle in result]
    return result[["trial", "time_s", *order]]
