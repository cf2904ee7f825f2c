"""Raw surface EMG to its envelope: band-pass, rectify, low-pass (SENIAM; all filters zero-lag Butterworth).

A cutoff is that of each of the two passes, as most labs write it: the gain there is 1/2, not 1/sqrt(2).
"""

from __future__ import annotations

import numpy as np
import scipy


def band_pass(raw: np.ndarray, *, rate_hz: float, low_hz: float, high_hz: float, order: int) -> np.ndarray:
    """Zero-lag Butterworth band-pass of a signal (T,); `order` counts both passes (4 = second order, there and back).

    Raises ValueError where the rate is too low for the band.
    """
    if high_hz >= rate_hz / 2:
        raise ValueError(
            f"a band up to {high_hz:g} Hz needs more than {2 * high_hz:g} Hz; the signal has {rate_hz:g} Hz"
        )
    sos = scipy.signal.butter(order // 2, [low_hz, high_hz], btype="bandpass", fs=rate_hz, output="sos")
    return np.asarray(scipy.signal.sosfiltfilt(sos, raw))


def low_pass(signal: np.ndarray, *, rate_hz: float, cutoff_hz: float, order: int) -> np.ndarray:
    """Zero-lag Butterworth low-pass of a signal (T,); `order` counts both passes."""
    sos = scipy.signal.butter(order // 2, cutoff_hz, btype="lowpass", fs=rate_hz, output="sos")
    return np.asarray(scipy.signal.sosfiltfilt(sos, signal))


def envelope(
    raw: np.ndarray, *, rate_hz: float, low_hz: float, high_hz: float, cutoff_hz: float, order: int
) -> np.ndarray:
    """Linear envelope (T,) of raw EMG (T,), in the unit of the input, never negative."""
    rectified = np.abs(band_pass(raw, rate_hz=rate_hz, low_hz=low_hz, high_hz=high_hz, order=order))
    return np.maximum(low_pass(rectified, rate_hz=rate_hz, cutoff_hz=cutoff_hz, order=order), 0.0)
