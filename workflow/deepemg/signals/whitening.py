"""Amplitude of whitened EMG: every frequency that holds the muscle's signal counts the same.

Surface EMG is a coloured noise, and its size is the amplitude. Neighbouring samples say nearly the same; behind a
filter that makes the spectrum flat all of them count (Hogan and Mann 1980). The spectrum is that of an autoregressive
model of low order, fitted to calibration contractions (Clancy and Hogan 1994). A fixed filter would amplify the noise
of skin and amplifier at low levels, so the filter follows the amplitude and keeps what stands out of the noise (Clancy
and Farry 2000). The mean is the low-pass of all envelopes: a window that suits each moment of the signal (St-Amant,
Rancourt and Clancy 1998) would leave another bandwidth than that of the excitations that envelopes are held against.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import scipy

from deepemg.recordings.signal import Signal
from deepemg.signals.emg import low_pass
from deepemg.signals.settings import EnvelopeSettings

SEGMENT_S = 0.128  # of the spectra: bins of 8 Hz
QUIET_S = 0.5  # the quietest so many seconds of the calibration are noise
MOST = 0.5  # of the contractions' density, the most that is taken for noise: there may have been no quiet moment
LEVELS = np.geomspace(0.01, 2.0, 5)  # amplitudes that have a filter each, over the rms of the calibration
STEEPEST = 30.0  # ratio of the largest to the smallest gain of a whitening filter: what is weaker says nothing
EDGE_S = 0.1  # mirrored at both ends before a filter


@dataclass(frozen=True)
class Whitening:
    """What a channel's filters follow from: power densities of its muscle's signal and of its noise at F frequencies.

    `frequency_hz` (F,) is evenly spaced over the band; `muscle` and `noise` (F,) are in uV2/Hz where the EMG is in uV.
    """

    frequency_hz: np.ndarray
    muscle: np.ndarray
    noise: np.ndarray

    def gains(self) -> np.ndarray:
        """Gains (L, F) of the zero-lag filters for amplitudes a of LEVELS, with muscle S and noise N.

        1/sqrt(S), whitening, times a^2 S / (a^2 S + N), Wiener's filter. The muscle's signal in the calibration keeps
        its power, so an amplitude keeps its unit.
        """
        power = LEVELS[:, None] ** 2 * self.muscle
        squared = (power / (power + self.noise)) ** 2 / self.muscle
        return np.asarray(np.sqrt(squared * self.muscle.sum() / (squared @ self.muscle)[:, None]))


def fit_whitening(contractions: Sequence[Signal], others: Sequence[Signal], settings: EnvelopeSettings) -> Whitening:
    """Whitening of a channel from raw EMG of calibration contractions; the quietest half second of them and of `others`
    is taken for noise.

    Raises ValueError where the contractions are silent.
    """
    frequency = np.arange(settings.band_low_hz, settings.band_high_hz, 1 / SEGMENT_S)
    density = np.mean([_density(signal, frequency) for signal in contractions], axis=0)
    if not density.all():
        raise ValueError("the channel is silent in every trial that could give its whitening filter")
    quiet = min((_quietest(signal) for signal in (*contractions, *others)), key=lambda part: float(part.values.var()))
    noise = np.minimum(_density(quiet, frequency), MOST * density)
    muscle = autoregressive(density - noise, settings.whitening_order)
    return Whitening(frequency, np.maximum(muscle, muscle.max() / STEEPEST**2), noise)


def autoregressive(density: np.ndarray, order: int) -> np.ndarray:
    """Density (F,) of the autoregressive model of a density (F,), evenly spaced over a band that is taken as the whole
    (selective linear prediction, Makhoul 1975): what lies outside the band has no part in it.
    """
    correlation = np.fft.irfft(density)[: order + 1]
    weights = scipy.linalg.solve_toeplitz(correlation[:-1], correlation[1:])
    phase = np.exp(-1j * np.outer(np.linspace(0, np.pi, len(density)), np.arange(1, order + 1)))
    return np.asarray((correlation[0] - weights @ correlation[1:]) / np.abs(1 - phase @ weights) ** 2)


def whitened_envelope(
    band_passed: np.ndarray, whitening: Whitening, *, rate_hz: float, cutoff_hz: float, order: int
) -> np.ndarray:
    """Envelope (T,) of whitened EMG, from band-passed EMG (T,), in the unit of the input, never negative; zero lag.

    The filter of each moment is that of the amplitude before whitening, less noise.
    """
    smooth = partial(low_pass, rate_hz=rate_hz, cutoff_hz=cutoff_hz, order=order)
    spacing = whitening.frequency_hz[1] - whitening.frequency_hz[0]
    power = smooth(band_passed**2) / spacing - whitening.noise.sum()
    level = np.sqrt(np.maximum(power / whitening.muscle.sum(), LEVELS[0] ** 2))
    place = np.interp(np.log(level), np.log(LEVELS), np.arange(len(LEVELS)))
    below, samples = np.minimum(place.astype(int), len(LEVELS) - 2), np.arange(len(band_passed))
    white = _filtered(band_passed, whitening, rate_hz)
    mixed = white[below, samples] * (below + 1 - place) + white[below + 1, samples] * (place - below)
    return np.maximum(smooth(np.abs(mixed)), 0.0)


def _filtered(signal: np.ndarray, whitening: Whitening, rate_hz: float) -> np.ndarray:
    """A signal (T,) behind the filter of each of LEVELS (L, T)."""
    edge, count = min(round(EDGE_S * rate_hz), len(signal) - 1), len(signal)
    longer = np.pad(signal, edge, mode="reflect", reflect_type="odd")  # no kink, which would be white
    longer[:edge] *= np.sin(0.5 * np.pi * np.arange(edge) / edge) ** 2  # and no step from the end to the start
    longer[len(longer) - edge :] *= np.cos(0.5 * np.pi * np.arange(1, edge + 1) / edge) ** 2
    frequency = np.fft.rfftfreq(len(longer), 1 / rate_hz)
    gains = np.array([np.interp(frequency, whitening.frequency_hz, gain) for gain in whitening.gains()])
    return np.asarray(np.fft.irfft(gains * np.fft.rfft(longer), len(longer))[:, edge : edge + count])


def _density(signal: Signal, frequency_hz: np.ndarray) -> np.ndarray:
    """Power spectral density (F,) of a signal."""
    segment = min(round(SEGMENT_S * signal.rate_hz), len(signal.values))
    found, density = scipy.signal.welch(signal.values, fs=signal.rate_hz, nperseg=segment)
    return np.asarray(np.interp(frequency_hz, found, density))


def _quietest(signal: Signal) -> Signal:
    """The half second (or all, where it is shorter) of a signal with the least variance."""
    width = min(round(QUIET_S * signal.rate_hz), len(signal.values))
    moments = [np.concatenate([[0.0], np.cumsum(signal.values**power)]) for power in (1, 2)]
    mean, square = ((sums[width:] - sums[:-width]) / width for sums in moments)
    start = int(np.argmin(square - mean**2))
    return replace(signal, values=signal.values[start : start + width])
