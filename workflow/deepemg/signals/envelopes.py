"""Envelopes of a subject's channels, their reference levels, and both together on the clock of the kinematics."""

from __future__ import annotations

import numpy as np
import pandas as pd

from deepemg.recordings.read import read_emg
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow, Use
from deepemg.signals.emg import envelope, low_pass
from deepemg.signals.normalisation import level_of
from deepemg.signals.settings import EnvelopeSettings


def filtered(signal: Signal, kind: str, settings: EnvelopeSettings) -> Signal:
    """Envelope of a channel's signal at its own rate; excitations are low-passed, envelopes pass as they are."""
    order, cutoff = settings.order, settings.envelope_cutoff_hz
    if kind == "raw":
        values = envelope(
            signal.values,
            rate_hz=signal.rate_hz,
            low_hz=settings.band_low_hz,
            high_hz=settings.band_high_hz,
            cutoff_hz=cutoff,
            order=order,
        )
    elif kind == "excitation":
        values = low_pass(signal.values, rate_hz=signal.rate_hz, cutoff_hz=cutoff, order=order)
    else:
        values = signal.values
    return Signal(values, signal.rate_hz, signal.start_s)


def channel_envelope(subject: SubjectFolder, channel: Channel, trial: TrialRow, settings: EnvelopeSettings) -> Signal:
    """Envelope of one channel in one trial at its own rate, in the unit of the channel."""
    return filtered(read_emg(subject, channel, trial), channel.kind, settings)


def channel_envelopes(subject: SubjectFolder, channel: Channel, settings: EnvelopeSettings) -> dict[str, Signal]:
    """Envelopes of one channel in its movement and MVC trials, by trial, in the unit of the channel."""
    trials = [t for t in subject.trials if t.role in ("movement", "mvc") and subject.records(channel, t)]
    return {trial.trial: channel_envelope(subject, channel, trial, settings) for trial in trials}


def channel_level(
    subject: SubjectFolder, channel: Channel, envelopes: dict[str, Signal], settings: EnvelopeSettings
) -> float:
    """Reference level of a channel in the unit of its envelopes, those of its movement and MVC trials by trial.

    1 for envelopes that are fractions of the maximum already. Known excitations (1 = full activation) are measured
    against the MVC trials like any EMG, so that truth and reconstruction share a unit; without MVC trials they stay.
    Raises ValueError where the channel is silent in all of them.
    """
    if channel.is_fraction and (channel.kind == "envelope" or not subject.mvc_trials):
        return 1.0
    mvc = [envelopes[trial.trial] for trial in subject.mvc_trials if trial.trial in envelopes]
    training = [envelopes[trial.trial] for trial in subject.movements if trial.split == "train"]
    return level_of([(s.values, s.rate_hz) for s in mvc or training], window_s=settings.mvc_window_s)


def subject_envelopes(
    subject: SubjectFolder, use: Use, clock: pd.DataFrame, settings: EnvelopeSettings
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Envelopes of the observed or of the held-out channels as fractions of their levels, and those levels.

    `clock` holds trial and time_s; the first result has the same rows plus one column per muscle. A channel that
    records a group of heads gives each of them the same envelope. No channel influences another one's envelope. The
    second: channel, level, unit, reference.
    """
    joint = subject.generic_joint()
    result, levels = clock[["trial", "time_s"]].copy(), []
    for channel in subject.channels_used(use):
        movements = channel_envelopes(subject, channel, settings)
        level = channel_level(subject, channel, movements, settings)
        levels.append((channel.name, level, "1" if channel.is_fraction else "uV", subject.reference))
        column = np.concatenate(
            [
                np.interp(rows["time_s"], movements[str(name)].time_s, movements[str(name)].values) / level
                for name, rows in clock.groupby("trial", sort=False)
            ]
        )
        for muscle in joint.members(channel.muscle):
            result[muscle] = column
    order = [muscle for muscle in joint.muscle_names if muscle in result]
    table = pd.DataFrame(levels, columns=["channel", "level", "unit", "reference"])
    return result[["trial", "time_s", *order]], table
