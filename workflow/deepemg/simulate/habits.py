"""What a subject does in its own way: how it curls, how its muscles share a torque, how it stiffens the joint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.simulate.assumptions import Assumptions, draw, draw_one


@dataclass(frozen=True)
class MotionHabit:
    """How a subject curls: period (s), turning points (deg) and the fraction of the period spent lifting."""

    period: float
    bottom: float
    top: float
    upward_share: float


@dataclass(frozen=True)
class EffortHabit:
    """Sharing min sum w a^p; ln w and its tilts per rad, per rad/s and per kg are (n_muscles,)."""

    exponent: int
    weight: np.ndarray
    angle_tilt: np.ndarray
    velocity_tilt: np.ndarray
    load_tilt: np.ndarray


@dataclass(frozen=True)
class SynergyHabit:
    """K synergies: weights (K, n_muscles) that sum to 1 per muscle, and the tilts (K,) of ln command per rad, per rad/s
    and per kg.
    """

    weight: np.ndarray
    angle_tilt: np.ndarray
    velocity_tilt: np.ndarray
    load_tilt: np.ndarray


@dataclass(frozen=True)
class CoContractionHabit:
    """Activation head * (base + gain |torque| + burst * braking); gain per N m, head (n_muscles,)."""

    base: float
    gain: float
    burst: float
    head: np.ndarray


def sample_motion(rng: np.random.Generator, spread: Assumptions) -> MotionHabit:
    """Draw how a subject curls."""
    return MotionHabit(*(draw_one(rng, spread[key]) for key in ("period", "bottom", "top", "upward_share")))


def sample_effort(rng: np.random.Generator, spread: Assumptions, muscles: int) -> EffortHabit:
    """Draw the weights of its effort."""
    tilts = {key: draw(rng, spread[key], muscles) for key in ("angle_tilt", "velocity_tilt", "load_tilt")}
    exponent = int(rng.choice(spread["exponents"]))
    return EffortHabit(exponent=exponent, weight=draw(rng, spread["weight"], muscles), **tilts)


def sample_synergies(rng: np.random.Generator, spread: Assumptions, muscles: int) -> SynergyHabit:
    """Draw its synergies."""
    count = spread["count"]
    tilts = {key: draw(rng, spread[key], count) for key in ("angle_tilt", "velocity_tilt", "load_tilt")}
    weight = draw(rng, spread["weight"], count * muscles).reshape(count, muscles)
    return SynergyHabit(weight=weight / weight.sum(axis=0), **tilts)


def sample_co_contraction(rng: np.random.Generator, spread: Assumptions, muscles: int) -> CoContractionHabit:
    """Draw how it stiffens the joint."""
    base, gain, burst = (draw_one(rng, spread[key]) for key in ("base", "gain", "burst"))
    return CoContractionHabit(base, gain, burst, head=draw(rng, spread["head"], muscles))
