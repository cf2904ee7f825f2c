"""How muscles share the work: the co-contraction of the extensors and the weighted effort of the flexors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.motion import Motion
from deepemg.simulate.noise import smooth_process
from deepemg.simulate.subject import Subject


@dataclass(frozen=True)
class Coordination:
    """One trial's plan: flexor weights w (T, n_flexors), extensor activations (T, n_extensors) and the fast
    modulation of every excitation (T, n_muscles), a ratio around 1.
    """

    flexor_weight: np.ndarray
    extensor_activation: np.ndarray
    modulation: np.ndarray


def plan_coordination(
    subject: Subject, motion: Motion, torque: np.ndarray, rng: np.random.Generator, assumptions: Assumptions
) -> Coordination:
    """Draw one trial's coordination; `torque` (T,) is the net joint torque of the planned motion (N m)."""
    interval = assumptions["control"]["interval"]
    samples, sharing = len(motion.time), assumptions["sharing"]
    fast = smooth_process(rng, samples, len(subject.arm.muscles), sharing["modulation_time"], interval)
    return Coordination(
        flexor_weight=_flexor_weight(subject, motion, rng, sharing, interval),
        extensor_activation=_co_contraction(subject, motion, torque, rng, assumptions["co_contraction"], interval),
        modulation=1 + sharing["modulation_sd"] * fast,
    )


def _flexor_weight(
    subject: Subject, motion: Motion, rng: np.random.Generator, spread: Assumptions, interval: float
) -> np.ndarray:
    """Effort weights that depend on muscle, angle and velocity and drift from repetition to repetition."""
    sharing = subject.sharing
    drift = smooth_process(rng, len(motion.time), len(sharing.weight), spread["drift_time"], interval)
    middle = motion.angle.mean()
    return np.exp(
        sharing.weight
        + np.outer(motion.angle - middle, sharing.angle_tilt)
        + np.outer(motion.velocity, sharing.velocity_tilt)
        + spread["drift_sd"] * drift
    )


def _co_contraction(
    subject: Subject,
    motion: Motion,
    torque: np.ndarray,
    rng: np.random.Generator,
    spread: Assumptions,
    interval: float,
) -> np.ndarray:
    """Extensor activations: a base, a share of the net torque and a burst that brakes the end of every lift."""
    extensors = subject.co_contraction
    braking = np.where(motion.velocity > 0, np.maximum(-motion.acceleration * motion.velocity, 0.0), 0.0)
    common = extensors.base + extensors.gain * np.abs(torque) + extensors.burst * braking / braking.max()
    drift = smooth_process(rng, len(torque), len(extensors.head), spread["drift_time"], interval)
    return np.outer(common, extensors.head) * np.exp(spread["drift_sd"] * drift)


def share_torque(
    torque: float, capacity: np.ndarray, weight: np.ndarray, exponent: int, ceiling: np.ndarray
) -> np.ndarray:
    """Activations (n,) from 0 to `ceiling` (n,) that minimise sum w a^p and together give `torque` (N m).

    `capacity` (n,) is the positive torque (N m) of each muscle at full activation. Where even the ceilings give less
    than `torque`, all muscles are at their ceiling.
    """
    effort = (capacity / weight) ** (1 / (exponent - 1))  # stationarity of the Lagrangian, up to its multiplier
    free = np.ones(len(capacity), dtype=bool)
    activation = ceiling.copy()
    while free.any():
        remaining = torque - capacity[~free] @ ceiling[~free]
        activation[free] = remaining * effort[free] / (capacity[free] @ effort[free])
        beyond = free & (activation > ceiling)
        if not beyond.any():
            break
        activation[beyond] = ceiling[beyond]
        free &= ~beyond
    return activation
