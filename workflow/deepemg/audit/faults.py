"""Faults of EMG recordings, put into the files of a sound subject at three severities, as reports describe them.

Each takes what a file holds (channels (T,) by name, at `rate_hz`) and gives what it would hold. `STRENGTHS` are mild,
middle and severe; `EXPECTED` the problems of which one must be told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Channels = dict[str, np.ndarray]


@dataclass(frozen=True)
class Case:
    """Where a fault strikes: the channel it is about, another one, the rate (Hz), the random stream."""

    target: str
    other: str
    rate_hz: float
    random: np.random.Generator


Fault = Callable[[Channels, Case, float], Channels]


def _changed(channels: Channels, name: str, values: np.ndarray) -> Channels:
    return {**channels, name: values}


def _within(case: Case, count: int, length: int) -> int:
    """A place at which `length` samples fit, away from the ends."""
    low, high = count // 5, max(count // 5 + 1, count - count // 5 - length)
    return int(case.random.integers(low, high))


def missing_block(channels: Channels, case: Case, seconds: float) -> Channels:
    """Samples that are missing."""
    values = channels[case.target].copy()
    start, length = _within(case, len(values), int(seconds * case.rate_hz)), int(seconds * case.rate_hz)
    values[start : start + length] = np.nan
    return _changed(channels, case.target, values)


def flat(channels: Channels, case: Case, share: float) -> Channels:
    """A sensor that stops: its last value to the end."""
    values = channels[case.target].copy()
    start = int((1 - share) * len(values))
    values[start:] = values[start]
    return _changed(channels, case.target, values)


def saturated(channels: Channels, case: Case, share: float) -> Channels:
    """A converter whose range is too small on both sides."""
    values = channels[case.target]
    limit = np.quantile(np.abs(values), 1 - share)
    return _changed(channels, case.target, np.clip(values, -limit, limit))


def clipped_one_side(channels: Channels, case: Case, share: float) -> Channels:
    """The same on one side."""
    values = channels[case.target]
    return _changed(channels, case.target, np.minimum(values, np.quantile(values, 1 - share)))


def mains_hum(channels: Channels, case: Case, ratio: float) -> Channels:
    """50 Hz and its third harmonic, as a multiple of the channel's rms."""
    values = channels[case.target]
    time = np.arange(len(values)) / case.rate_hz
    hum = np.sin(2 * np.pi * 50 * time) + 0.3 * np.sin(2 * np.pi * 150 * time + 1)
    return _changed(channels, case.target, values + ratio * np.std(values) * np.sqrt(2) * hum)


def heart(channels: Channels, case: Case, ratio: float) -> Channels:
    """QRS complexes at some 70 beats a minute, their height as a multiple of the channel's rms."""
    values = channels[case.target].copy()
    period = case.random.uniform(0.75, 1.0)
    time = np.arange(len(values)) / case.rate_hz
    beat = case.random.uniform(0, period)
    while beat < time[-1]:
        values += ratio * np.std(channels[case.target]) * np.exp(-0.5 * ((time - beat) / 0.012) ** 2)
        values -= 0.35 * ratio * np.std(channels[case.target]) * np.exp(-0.5 * ((time - beat - 0.03) / 0.012) ** 2)
        beat += period * case.random.normal(1, 0.03)
    return _changed(channels, case.target, values)


def baseline_step(channels: Channels, case: Case, ratio: float) -> Channels:
    """A baseline that jumps and stays, as a multiple of the channel's rms."""
    values = channels[case.target].copy()
    values[_within(case, len(values), 1) :] += ratio * np.std(values)
    return _changed(channels, case.target, values)


def spikes(channels: Channels, case: Case, count: float) -> Channels:
    """Single samples of thirty times the channel's rms."""
    values = channels[case.target].copy()
    places = case.random.integers(0, len(values), int(count))
    values[places] = 30 * np.std(values) * case.random.choice([-1, 1], len(places))
    return _changed(channels, case.target, values)


def dropout(channels: Channels, case: Case, seconds: float) -> Channels:
    """A wireless sensor that sends zeros for a while."""
    values = channels[case.target].copy()
    length = int(seconds * case.rate_hz)
    start = _within(case, len(values), length)
    values[start : start + length] = 0.0
    return _changed(channels, case.target, values)


def swapped(channels: Channels, case: Case, _: float) -> Channels:
    """Two channels of opposite muscles, exchanged."""
    return {**channels, case.target: channels[case.other], case.other: channels[case.target]}


def duplicated(channels: Channels, case: Case, gain: float) -> Channels:
    """One channel in the place of another, at some gain."""
    return _changed(channels, case.other, gain * channels[case.target])


def scaled(channels: Channels, case: Case, factor: float) -> Channels:
    """Every channel in another unit."""
    return {name: factor * values for name, values in channels.items()}


def one_scaled(channels: Channels, case: Case, factor: float) -> Channels:
    """One channel at another gain."""
    return _changed(channels, case.target, factor * channels[case.target])


def sign_flipped(channels: Channels, case: Case, _: float) -> Channels:
    """One channel with its electrodes exchanged: its envelope stays what it was."""
    return _changed(channels, case.target, -channels[case.target])


def resampled(channels: Channels, case: Case, factor: float) -> Channels:
    """As many samples as another rate gives, beside the declared one."""

    def at(values: np.ndarray) -> np.ndarray:
        count = round(len(values) * factor)
        return np.interp(np.linspace(0, len(values) - 1, count), np.arange(len(values)), values)

    return {name: at(values) for name, values in channels.items()}


def delayed(channels: Channels, case: Case, seconds: float) -> Channels:
    """All EMG late, as a wireless system's is; what would come before the first sample is what came first."""
    shift = int(seconds * case.rate_hz)
    return {name: np.concatenate([values[:shift], values[:-shift]]) for name, values in channels.items()}


def rectified(channels: Channels, case: Case, power: float) -> Channels:
    """Rectified before it was exported; once, or smoothed besides (moving mean of `power` ms)."""
    width = max(1, int(power * case.rate_hz / 1000))
    smooth = np.convolve(np.abs(channels[case.target]), np.ones(width) / width, mode="same")
    return _changed(channels, case.target, smooth)


def normalised(channels: Channels, case: Case, largest: float) -> Channels:
    """Divided by its own largest value already, and declared as microvolts."""
    return {name: largest * values / np.max(np.abs(values)) for name, values in channels.items()}


# name: fault, its three strengths, whether it strikes all trials, or the MVC trials alone, what must be told
FAULTS: dict[str, tuple[Fault, tuple[float, float, float], str, set[str]]] = {
    "missing samples (50, 200, 1000 ms)": (missing_block, (0.05, 0.2, 1.0), "one", {"DE-052"}),
    "flat to the end (5, 20, 50 %)": (flat, (0.05, 0.2, 0.5), "one", {"DE-113"}),
    "saturated (1, 5, 20 %)": (saturated, (0.01, 0.05, 0.2), "one", {"DE-102"}),
    "clipped on one side (1, 5, 20 %)": (clipped_one_side, (0.01, 0.05, 0.2), "one", {"DE-102", "DE-080"}),
    "mains hum (0.2, 0.5, 1 rms)": (mains_hum, (0.2, 0.5, 1.0), "one", {"DE-101"}),
    "heart beats (2, 5, 10 rms)": (heart, (2, 5, 10), "all", {"DE-115"}),
    "baseline step (1, 3, 10 rms)": (baseline_step, (1, 3, 10), "one", {"DE-116", "DE-100"}),
    "spikes (1, 5, 25)": (spikes, (1, 5, 25), "one", {"DE-114"}),
    "dropout (50, 200, 1000 ms)": (dropout, (0.05, 0.2, 1.0), "one", {"DE-113"}),
    "biceps and triceps swapped": (swapped, (1, 1, 1), "all", {"DE-108"}),
    "duplicated channel (gain 1, 0.5, 2)": (duplicated, (1.0, 0.5, 2.0), "all", {"DE-081"}),
    "sign of one channel flipped": (sign_flipped, (1, 1, 1), "all", set()),
    "rate declared twice too high": (resampled, (0.5, 0.5, 0.5), "all", {"DE-072"}),
    "rate declared twice too low": (resampled, (2.0, 2.0, 2.0), "all", {"DE-072"}),
    "rate off (0.5, 1, 2 %)": (resampled, (1.005, 1.01, 1.02), "all", {"DE-117", "DE-072"}),
    "mV declared as uV": (scaled, (1e-3, 1e-3, 1e-3), "all", {"DE-070"}),
    "late by 50, 100, 200 ms": (delayed, (0.05, 0.1, 0.2), "movements", {"DE-109"}),
    "rectified (0, 2, 20 ms mean)": (rectified, (0, 2, 20), "all", {"DE-080", "DE-071"}),
    "normalised already (peak 1, 5, 100)": (normalised, (1, 5, 100), "all", {"DE-070", "DE-112"}),
    "no MVC trial": (scaled, (1, 1, 1), "drop mvc", {"DE-111"}),
    "MVC below the trials (0.5, 0.3, 0.1)": (one_scaled, (0.5, 0.3, 0.1), "mvc", {"DE-103", "DE-077", "DE-110"}),
    "MVC of another day (gain 0.7, 0.5, 0.3)": (scaled, (0.7, 0.5, 0.3), "mvc", {"DE-103", "DE-077", "DE-110"}),
}  # fmt: skip
