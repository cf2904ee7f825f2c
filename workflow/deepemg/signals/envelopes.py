"""Envelopes of a subject's channels, their reference levels, and both together on the clock of the kinematics."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from deepemg.recordings.read import read_emg
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow, Use
from deepemg.signals.emg import band_pass, envelope, low_pass
from deepemg.signals.normalisation import level_of
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.whitening import Whitening, fit_whitening, whitened_envelope


def filtered(signal: Signal, kind: str, settings: EnvelopeSettings, whitening: Whitening | None = None) -> Signal:
    """Envelope of a channel's signal at its own rate; excitations are low-passed, envelopes pass as they are.

    Raw EMG is whitened where the channel's `whitening` is given.
    """
    rate, order, cutoff = signal.rate_hz, settings.order, settings.envelope_cutoff_hz
    low, high = settings.band_low_hz, settings.band_high_hz
    if kind == "raw" and whitening:
        raw = band_pass(signal.values, rate_hz=rate, low_hz=low, high_hz=high, order=order)
        values = whitened_envelope(raw, whitening, rate_hz=rate, cutoff_hz=cutoff, order=order)
    elif kind == "raw":
        values = envelope(signal.values, rate_hz=rate, low_hz=low, high_hz=high, cutoff_hz=cutoff, order=order)
    elif kind == "excitation":
        values = low_pass(signal.values, rate_hz=rate, cutoff_hz=cutoff, order=order)
    else:
        values = signal.values
    return Signal(values, signal.rate_hz, signal.start_s)


def channel_whitening(
    subject: SubjectFolder, channel: Channel, settings: EnvelopeSettings, raw: Mapping[str, Signal] | None = None
) -> Whitening | None:
    """Whitening of a channel, or None where its amplitude needs none; `raw` are its signals by trial, if read already.

    From its MVC trials, or else its training movements; no test trial has a part in it. Raises ValueError where they
    are silent.
    """
    if settings.amplitude == "rectified" or channel.kind != "raw":
        return None
    trials = [t for t in subject.trials if t.split != "test" and subject.records(channel, t)]
    if raw is None:
        raw = {trial.trial: read_emg(subject, channel, trial) for trial in trials}
    trials = [trial for trial in trials if trial.trial in raw]
    role = "mvc" if any(trial.role == "mvc" for trial in trials) else "movement"
    contractions, others = ([raw[t.trial] for t in trials if (t.role == role) == wanted] for wanted in (True, False))
    return fit_whitening(contractions, others, settings)


def channel_envelope(
    subject: SubjectFolder,
    channel: Channel,
    trial: TrialRow,
    settings: EnvelopeSettings,
    whitening: Whitening | None = None,
) -> Signal:
    """Envelope of one channel in one trial at its own rate, in the unit of the channel."""
    return filtered(read_emg(subject, channel, trial), channel.kind, settings, whitening)


def channel_envelopes(subject: SubjectFolder, channel: Channel, settings: EnvelopeSettings) -> dict[str, Signal]:
    """Envelopes of one channel in its movement and MVC trials, by trial, in the unit of the channel."""
    trials = [t for t in subject.trials if subject.records(channel, t)]
    raw = {trial.trial: read_emg(subject, channel, trial) for trial in trials}  # once: files are long
    whitening = channel_whitening(subject, channel, settings, raw)
    wanted = [trial.trial for trial in trials if trial.role in ("movement", "mvc")]
    return {name: filtered(raw[name], channel.kind, settings, whitening) for name in wanted}


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
