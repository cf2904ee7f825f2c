"""Raw surface EMG of a trial: every muscle's signal, mixed by crosstalk, with the noise of electrodes and amplifier."""

from __future__ import annotations

import numpy as np

from deepemg.simulate.assumptions import Assumptions, draw_one
from deepemg.simulate.noise import coloured_noise, smooth_process
from deepemg.simulate.subject import Electrodes, Subject


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
        amplitude = emg_level(ahead, electrodes.shape[index]) * wander[:, index]
        low, high = float(electrodes.carrier_low[index]), float(electrodes.carrier_high[index])
        sources[:, index] = amplitude * _carrier(rng, samples, rate, low, high)
    signal = electrodes.gain * (sources @ electrodes.crosstalk.T)
    return np.column_stack(
        [
            signal[:, channel] + _disturbance(rng, time, electrodes.noise[channel], electrodes.line[channel], spread)
            for channel in range(len(electrodes.channels))
        ]
    )


def emg_level(excitation: np.ndarray, shape: float) -> np.ndarray:
    """EMG amplitude u in 0-1 of an excitation a in 0-1: the inverse of a = (exp(A u) - 1)/(exp(A) - 1).

    The relation of EMG-driven models (Lloyd and Besier 2003); A < 0 bends it, so that weak EMG gives more force.
    """
    return np.log1p(excitation * np.expm1(shape)) / shape


def _carrier(rng: np.random.Generator, samples: int, rate: float, low: float, high: float) -> np.ndarray:
    """Interference pattern of unit variance; spectrum of Shwedyk et al. (1977) and Stulen and De Luca (1981)."""
    return coloured_noise(rng, samples, rate, lambda f: high**4 * f**2 / ((f**2 + low**2) * (f**2 + high**2) ** 2))


def _disturbance(
    rng: np.random.Generator, time: np.ndarray, noise: float, line: float, spread: Assumptions
) -> np.ndarray:
    """White noise, mains and movement artefact of one channel (N,), uV."""
    low, high = spread["artefact_band"]
    phase = rng.uniform(0, 2 * np.pi)
    artefact = coloured_noise(rng, len(time), spread["rate"], lambda f: np.where((f >= low) & (f <= high), 1.0, 0.0))
    return (
        noise * rng.standard_normal(len(time))
        + line * np.sin(2 * np.pi * spread["line_frequency"] * time + phase)
        + spread["artefact"] * artefact
    )


def mvc_excitation(
    subject: Subject, action: str, interval: float, rng: np.random.Generator, spread: Assumptions
) -> np.ndarray:
    """Excitations (T, n_muscles) of one maximal contraction of the flexors or the extensors: rest, ramp, hold, rest."""
    corners = np.cumsum([0.0, spread["rest"], spread["ramp"], spread["hold"], spread["ramp"], spread["rest"]])
    time = np.arange(round(corners[-1] / interval)) * interval
    profile = np.interp(time, corners, [0, 0, 1, 1, 0, 0])
    muscles = len(subject.arm.muscles)
    level = np.full(muscles, draw_one(rng, spread["antagonist"]))
    agonists = subject.columns(action)
    effort = subject.voluntary_activation + spread["trial_effort_sd"] * rng.standard_normal(muscles)
    level[agonists] = np.clip(effort, 0.0, 1.0)[agonists]
    return np.outer(profile, level)
