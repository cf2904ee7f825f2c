"""Random processes of the simulation: smooth drifts and noise with a given spectrum, all of unit variance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.signal import fftconvolve


def smooth_process(
    rng: np.random.Generator, samples: int, columns: int, correlation_time: float, interval: float
) -> np.ndarray:
    """Independent stationary Gaussian processes (samples, columns) with a Gaussian autocorrelation.

    `correlation_time` (s) is the standard deviation of that autocorrelation; `interval` (s) the sampling step.
    """
    width = correlation_time / interval / np.sqrt(2)  # white noise through this kernel has the wanted autocorrelation
    reach = int(np.ceil(4 * width))
    kernel = np.exp(-0.5 * (np.arange(-reach, reach + 1) / width) ** 2)
    white = rng.standard_normal((samples + 2 * reach, columns))
    smooth: np.ndarray = fftconvolve(white, kernel[:, None] / np.linalg.norm(kernel), mode="valid", axes=0)
    return smooth


def coloured_noise(
    rng: np.random.Generator, samples: int, rate: float, density: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """Gaussian noise (samples,) at `rate` (Hz) whose power follows `density` of the frequency (Hz), any unit."""
    spectrum = np.fft.rfft(rng.standard_normal(samples))
    power = density(np.fft.rfftfreq(samples, 1 / rate))
    gain = np.sqrt(power / power.mean())
    return np.fft.irfft(spectrum * gain, samples)
