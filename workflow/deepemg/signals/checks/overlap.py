"""Do two signals show the same stretch of time? Whatever their gain, digits, rate, and where the stretch begins."""

from __future__ import annotations

import numpy as np
from scipy.signal import fftconvolve

from deepemg.recordings.signal import Signal

COMPARED_HZ = 500.0  # raw signals are compared at this rate: two of different rates too
PIECE_S = 0.6  # of raw EMG, which is noise: no other stretch correlates with so many samples of it
PIECES = 7
RAW_EQUAL = 0.97
SMOOTH_EQUAL = 0.9995  # of smooth signals as a whole; two curls of one person reach .99
FEWEST = 20  # different values below which a signal says nothing of its origin


def shows_the_same(first: Signal, second: Signal, *, is_raw: bool, largest_gap: float = np.inf) -> bool:
    """Whether two recordings share samples, up to a gain: a part of raw EMG, or a smooth signal as a whole.

    `largest_gap` is the rms difference beyond which smooth signals are two, whatever their shape.
    """
    if is_raw:
        return _shares_a_piece(_at(first, COMPARED_HZ), _at(second, COMPARED_HZ))
    rate = min(first.rate_hz, second.rate_hz, 100.0)
    a, b = _at(first, rate), _at(second, rate)
    if min(len(np.unique(a)), len(np.unique(b))) < FEWEST or abs(len(a) - len(b)) > 0.02 * len(a) + 2:
        return False
    count = min(len(a), len(b))
    if float(np.sqrt(np.mean((a[:count] - b[:count]) ** 2))) > largest_gap:
        return False
    return _correlation(a[:count], b[:count]) > SMOOTH_EQUAL


def _at(signal: Signal, rate_hz: float) -> np.ndarray:
    """The signal at another rate, and without its mean."""
    count = max(2, int(signal.duration_s * rate_hz))
    values = np.interp(np.arange(count) / rate_hz, np.arange(len(signal.values)) / signal.rate_hz, signal.values)
    return values - values.mean()


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1]) if np.std(a) > 0 and np.std(b) > 0 else 0.0


def _shares_a_piece(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether some piece of the shorter signal stands somewhere in the longer one."""
    short, long = sorted((a, b), key=len)
    width = int(PIECE_S * COMPARED_HZ)
    if len(short) < width or np.ptp(long) == 0:
        return False
    power = np.sqrt(np.maximum(np.convolve(long**2, np.ones(width), mode="valid"), 1e-12 * float(long @ long)))
    for start in np.linspace(0, len(short) - width, PIECES).astype(int):
        piece = short[start : start + width]
        size = float(np.sqrt(piece @ piece))
        if size == 0 or len(np.unique(piece)) < FEWEST:
            continue
        match = np.abs(fftconvolve(long, piece[::-1], mode="valid")) / (power * size)
        if float(match.max()) > RAW_EQUAL:
            return True
    return False
