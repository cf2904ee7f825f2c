"""Raw EMG in numbers that a simulated and a real recording can be compared by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.signal import welch
from scipy.stats import kurtosis

from deepemg.recordings.read import read_emg
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import SubjectFolder
from deepemg.signals.emg import band_pass, envelope
from deepemg.signals.settings import EnvelopeSettings

ACTIVE = 0.5  # share of a trial that counts as active: the loudest half of its envelope


@dataclass(frozen=True)
class Likeness:
    """One channel in one trial: its numbers, its spectrum (density sums to 1), its envelope over the trial's maximum,
    and its active samples over the envelope (unitless).
    """

    numbers: dict[str, Any]
    spectrum: pd.Series
    envelope: pd.Series
    amplitude: np.ndarray


def likeness(subject: SubjectFolder, muscle: str, settings: EnvelopeSettings) -> list[Likeness]:
    """The movement trials of the channel that records `muscle`, band-passed as the study does it."""
    channel = next(channel for channel in subject.channels if channel.muscle == muscle)
    return [
        _describe(
            read_emg(subject, channel, trial),
            {"subject": subject.id, "muscle": muscle, "trial": trial.trial, "load": trial.load_label},
            settings,
        )
        for trial in subject.movements
    ]


def _describe(raw: Signal, names: dict[str, Any], settings: EnvelopeSettings) -> Likeness:
    low, high, order = settings.band_low_hz, settings.band_high_hz, settings.order
    filtered = band_pass(raw.values, rate_hz=raw.rate_hz, low_hz=low, high_hz=high, order=order)
    cutoff = settings.envelope_cutoff_hz
    smooth = envelope(raw.values, rate_hz=raw.rate_hz, low_hz=low, high_hz=high, cutoff_hz=cutoff, order=order)
    frequency, power = welch(raw.values, fs=raw.rate_hz, nperseg=int(raw.rate_hz))
    inside = (frequency >= low) & (frequency <= high)
    share = power[inside] / power[inside].sum()
    low5, high95 = np.percentile(smooth, [5, 95])
    active = smooth >= np.quantile(smooth, 1 - ACTIVE)
    amplitude = filtered[active] / smooth[active]
    numbers = names | {
        "median_frequency_hz": float(frequency[inside][np.searchsorted(np.cumsum(share), 0.5)]),
        "power_in_band": float(power[inside].sum() / power.sum()),
        "envelope_p95_over_p5_db": float(20 * np.log10(high95 / low5)),
        "kurtosis": float(kurtosis(amplitude, fisher=False)),
        "rms_uv": float(np.sqrt(np.mean(filtered**2))),
    }
    return Likeness(
        numbers,
        pd.Series(share, index=frequency[inside]),
        pd.Series(smooth / smooth.max(), index=raw.time_s),
        amplitude,
    )
