"""Sharing by random smooth synergies: no criterion, no dependence on what a muscle can give."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.motion import Motion
from deepemg.simulate.noise import smooth_process
from deepemg.simulate.subject import Subject


@dataclass(frozen=True)
class SynergySharing:
    """Drive of each muscle and its part in a common co-contraction, both (T, n_muscles) and around 1."""

    drive: np.ndarray
    relative: np.ndarray

    def direction(self, row: int, muscles: np.ndarray, capacity: np.ndarray) -> np.ndarray:
        """The drive itself, whatever the capacity."""
        direction: np.ndarray = self.drive[row, muscles]
        return direction


def plan(
    subject: Subject, motion: Motion, load_kg: float, rng: np.random.Generator, assumptions: Assumptions
) -> SynergySharing:
    """Draw one trial's commands c_k(t) of the subject's synergies W: drive = c W, with each muscle's own drift."""
    spread, habit, interval = assumptions["synergies"], subject.synergies, assumptions["control"]["interval"]
    samples, (count, muscles) = len(motion.time), habit.weight.shape
    command = np.exp(
        np.outer(motion.angle - np.deg2rad(spread["middle_angle"]), habit.angle_tilt)
        + np.outer(motion.velocity, habit.velocity_tilt)
        + (load_kg - spread["middle_load"]) * habit.load_tilt
        + spread["command_sd"] * smooth_process(rng, samples, count, spread["command_time"], interval)
    )
    own = spread["own_sd"] * smooth_process(rng, samples, muscles, spread["own_time"], interval)
    drive = command @ habit.weight * np.exp(own)
    return SynergySharing(drive, drive * subject.co_contraction.head)
