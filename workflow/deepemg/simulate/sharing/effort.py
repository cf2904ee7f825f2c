"""Sharing by effort: min sum w a^p, with weights that depend on angle, velocity and load, and drift."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.motion import Motion
from deepemg.simulate.noise import smooth_process
from deepemg.simulate.subject import Subject


@dataclass(frozen=True)
class EffortSharing:
    """Weights w (T, n_muscles) and exponent p of the criterion of Crowninshield and Brand (1981)."""

    weight: np.ndarray
    exponent: int
    relative: np.ndarray

    def direction(self, row: int, muscles: np.ndarray, capacity: np.ndarray) -> np.ndarray:
        """Where the criterion is stationary, up to its Lagrange multiplier."""
        direction: np.ndarray = (capacity / self.weight[row, muscles]) ** (1 / (self.exponent - 1))
        return direction


def plan(
    subject: Subject, motion: Motion, load_kg: float, rng: np.random.Generator, assumptions: Assumptions
) -> EffortSharing:
    """Draw one trial's weights."""
    spread, habit, interval = assumptions["effort"], subject.effort, assumptions["control"]["interval"]
    shape = (len(motion.time), len(habit.weight))
    drift = smooth_process(rng, *shape, spread["drift_time"], interval)
    log_weight = (
        habit.weight
        + np.outer(motion.angle - np.deg2rad(spread["middle_angle"]), habit.angle_tilt)
        + np.outer(motion.velocity, habit.velocity_tilt)
        + (load_kg - spread["middle_load"]) * habit.load_tilt
        + spread["drift_sd"] * drift
    )
    own = assumptions["co_contraction"]
    relative = subject.co_contraction.head * np.exp(
        own["drift_sd"] * smooth_process(rng, *shape, own["drift_time"], interval)
    )
    return EffortSharing(np.exp(log_weight), habit.exponent, relative)
