"""Activation that a muscle has whatever the torque asks of it: co-contraction of whoever opposes the load."""

from __future__ import annotations

import numpy as np

from deepemg.simulate.motion import Motion
from deepemg.simulate.subject import Subject


def co_contraction(subject: Subject, motion: Motion, torque: np.ndarray, relative: np.ndarray) -> np.ndarray:
    """Activations (T, n_muscles): a base, a share of the torque that the muscle opposes, and a burst that brakes.

    `torque` (T,) is the net joint torque of the planned motion (N m), `relative` (T, n_muscles) each muscle's part.
    """
    habit = subject.co_contraction
    floor = np.empty_like(relative)
    for action, sign in (("extensor", 1.0), ("flexor", -1.0)):  # the sign of the motion and torque that it opposes
        speed = np.maximum(sign * motion.velocity, 0.0)
        braking = np.maximum(-sign * motion.acceleration, 0.0) * speed
        strongest = braking.max()
        common = (
            habit.base
            + habit.gain * np.maximum(sign * torque, 0.0)
            + (habit.burst * braking / strongest if strongest > 0 else 0.0)
        )
        columns = subject.columns(action)
        floor[:, columns] = common[:, None] * relative[:, columns]
    return floor
