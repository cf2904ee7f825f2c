"""A pool of motor units (Fuglevand, Winter and Patla 1993): who fires how fast, with what force and potential."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.foreign.values import Values, draw

GRID = 500  # steps of the drive at which the pool's force is known
FUSED = 0.4  # contraction time over interval below which a unit's force is proportional to its rate


@dataclass(frozen=True)
class Pool:
    """Units (N,) in the order of their recruitment; `drive` and `excitation` (GRID,) tabulate the force of the pool.

    Excitation is the steady force of the pool over its largest; at 1, full activation, the potentials have unit rms.
    """

    threshold: np.ndarray
    peak_rate: np.ndarray
    least_rate: float
    rate_gain: float
    potential: np.ndarray
    variation: float
    drive: np.ndarray
    excitation: np.ndarray

    def rates(self, excitation: np.ndarray) -> np.ndarray:
        """Firing rates (T, N), Hz, at excitations (T,)."""
        drive = np.interp(excitation, self.excitation, self.drive)
        return _rates(drive, self.threshold, self.peak_rate, self.least_rate, self.rate_gain)

    def amplitude(self, excitation: np.ndarray) -> np.ndarray:
        """Expected rms of the potentials at steady excitations (T,); units fire independently, so their powers add."""
        return np.sqrt(self.rates(excitation) @ self.potential**2)

    def spikes(
        self, excitation: np.ndarray, interval: float, rng: np.random.Generator
    ) -> tuple[np.ndarray, np.ndarray]:
        """Units and times (s) of all discharges, for excitations (T,) every `interval` s."""
        rates = self.rates(excitation)
        turns = np.vstack([np.zeros(rates.shape[1]), np.cumsum(0.5 * (rates[1:] + rates[:-1]), axis=0) * interval])
        time = np.arange(len(rates)) * interval
        units, times = [], []
        for unit in np.flatnonzero(turns[-1] > 0):
            most = int(turns[-1, unit] * 1.5) + 10
            gaps = np.maximum(1 + self.variation * rng.standard_normal(most), 0.2)
            due = np.cumsum(gaps) - gaps[0] * rng.uniform()
            due = due[due < turns[-1, unit]]
            times.append(np.interp(due, turns[:, unit], time))
            units.append(np.full(len(due), unit))
        if not units:
            return np.zeros(0, dtype=int), np.zeros(0)
        return np.concatenate(units), np.concatenate(times)


def _rates(
    drive: np.ndarray, threshold: np.ndarray, peak_rate: np.ndarray, least_rate: float, gain: float
) -> np.ndarray:
    above = drive[:, None] - threshold
    return np.where(above >= 0, np.minimum(least_rate + gain * above, peak_rate), 0.0)


def draw_pool(rng: np.random.Generator, spread: Values, muscle: int) -> Pool:
    """Draw the motor units of muscle number `muscle`."""
    one = {name: draw(rng, entry) for name, entry in spread.items()}
    count, least, gain = int(one["count"]), float(one["least_rate"]), float(one["rate_gain"])
    place = np.arange(1, count + 1) / count
    threshold = np.exp(np.log(float(one["threshold_range"][muscle])) * place)
    peak = float(one["peak_rate"]) - float(one["peak_rate_fall"]) * threshold / threshold[-1]
    twitch = np.exp(np.log(float(one["force_range"])) * place)
    fall = np.log(float(one["contraction_range"])) / np.log(float(one["force_range"]))
    most = threshold[-1] + (peak[-1] - least) / gain
    drive = np.linspace(threshold[0] * (1 - 1e-9), most, GRID)
    rates = _rates(drive, threshold, peak, least, gain)
    force = _force(rates, twitch, float(one["contraction_time"]) * twitch**-fall)
    potential = twitch ** float(one["potential_exponent"])
    return Pool(
        threshold=threshold,
        peak_rate=peak,
        least_rate=least,
        rate_gain=gain,
        potential=potential / np.sqrt(rates[-1] @ potential**2),
        variation=float(one["interval_variation"]),
        drive=drive,
        excitation=force / force[-1],
    )


def _force(rates: np.ndarray, twitch: np.ndarray, contraction: np.ndarray) -> np.ndarray:
    """Mean force (GRID,) of the pool: twitches add up until they fuse."""
    beat = contraction * rates
    fused = 1 - np.exp(-2 * np.maximum(beat, FUSED) ** 3)
    alone = beat / FUSED * (1 - np.exp(-2 * FUSED**3))
    return np.where(beat > FUSED, fused, alone) @ twitch
