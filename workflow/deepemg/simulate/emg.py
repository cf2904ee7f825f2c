"""Raw surface EMG of a trial: every muscle's signal, mixed by crosstalk, with the noise of electrodes and amplifier."""

from __future__ import annotations

import numpy as np

from deepemg.joint.activation_curve import inverse_activation_curve
from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.electrodes import Electrodes
from deepemg.simulate.noise import coloured_noise, smooth_process


def raw_emg(
    electrodes: Electrodes, excitation: np.ndarray, interval: float, rng: np.random.Generator, spread: Assumptions
) -> np.ndarray:
    """Raw EMG (N, C) in uV at `spread["rate"]` of excitations (T, n_muscles) sampled every `interval` (s)."""
    rate = spread["rate"]
    samples = round(len(excitation) * interval * rate)
    time = np.arange(samples) / rate
    muscles = excitation.shape[1]
    wander = 1 + spread["wander_sd"] * smooth_process(rng, samples, muscles, spread["wander_time"], 1 / rate)
    sources = np.empty((samples, muscles))
    for index in range(muscles):
        ahead = np.interp(time + electrodes.delay, np.arange(len(excitation)) * interval, excitation[:, index])
        amplitude = _amplitude(ahead, electrodes.shape[index]) * wander[:, index]
        low, high = float(electrodes.carrier_low[index]), float(electrodes.carrier_high[index])
        grouping = 1 + spread["grouping_sd"] * smooth_process(rng, samples, 1, spread["grouping_time"], 1 / rate)[:, 0]
        pattern = _carrier(rng, samples, rate, low, high) * grouping / np.hypot(1, spread["grouping_sd"])
        sources[:, index] = amplitude * pattern
    signal = electrodes.gain * (sources @ electrodes.crosstalk.T)
    return np.column_stack(
        [
            signal[:, channel] + _disturbance(rng, time, *levels, spread)
            for channel, levels in enumerate(zip(electrodes.noise, electrodes.line, electrodes.artefact, strict=True))
        ]
    )


def _amplitude(excitation: np.ndarray, shape: float) -> np.ndarray:
    """EMG amplitude in 0-1 of an excitation in 0-1: the inverse of the activation curve; a shape of 0 is linear."""
    return excitation if shape == 0 else inverse_activation_curve(excitation, shape)


def _carrier(rng: np.random.Generator, samples: int, rate: float, low: float, high: float) -> np.ndarray:
    """Interference pattern of unit variance; spectrum of Shwedyk et al. (1977) and Stulen and De Luca (1981)."""
    return coloured_noise(rng, samples, rate, lambda f: high**4 * f**2 / ((f**2 + low**2) * (f**2 + high**2) ** 2))


def _disturbance(
    rng: np.random.Generator, time: np.ndarray, noise: float, line: float, artefact: float, spread: Assumptions
) -> np.ndarray:
    """White noise, mains and movement artefact of one channel (N,), uV; the levels are rms, amplitude and rms in uV."""
    low, high = spread["artefact_band"]
    phase = rng.uniform(0, 2 * np.pi)
    movement = coloured_noise(rng, len(time), spread["rate"], lambda f: np.where((f >= low) & (f <= high), 1.0, 0.0))
    return (
        noise * rng.standard_normal(len(time))
        + line * np.sin(2 * np.pi * spread["line_frequency"] * time + phase)
        + artefact * movement
    )


def digitise(signal: np.ndarray, spread: Assumptions) -> np.ndarray:
    """Samples (N, C) as integers of an amplifier with `spread["amplifier_bits"]` bits over +- its range (uV).

    Raises ValueError where a sample is no finite number.
    """
    if not np.isfinite(signal).all():
        raise ValueError("the simulated EMG holds values that are not finite")
    half = 2 ** (spread["amplifier_bits"] - 1)
    return np.clip(np.round(signal / amplifier_step(spread)), -half, half - 1).astype(np.int64)


def amplifier_step(spread: Assumptions) -> float:
    """What one bit of the amplifier is worth, uV."""
    return float(spread["amplifier_range"] / 2 ** (spread["amplifier_bits"] - 1))
