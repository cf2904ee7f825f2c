"""The motion a subject plans: minimum-jerk curls between varying turning points, at rest before and after."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.simulate.assumptions import Assumptions, draw, draw_one
from deepemg.simulate.habits import MotionHabit
from deepemg.simulate.protocol import Movement


@dataclass(frozen=True)
class Motion:
    """Planned elbow motion, each (T,): time (s), angle (rad), velocity (rad/s) and acceleration (rad/s2)."""

    time: np.ndarray
    angle: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray


def plan_curls(
    habit: MotionHabit, trial: Movement, interval: float, rng: np.random.Generator, spread: Assumptions
) -> Motion:
    """Plan the repetitions of one trial, sampled every `interval` (s)."""
    count = trial.repetitions
    tempo = trial.period_ratio * draw_one(rng, spread["trial_tempo"]) * draw(rng, spread["repetition_tempo"], count)
    strokes = np.outer(habit.period * tempo, [habit.upward_share, 1 - habit.upward_share]).ravel()
    knots = np.cumsum([0.0, spread["rest"], *strokes, spread["rest"]])
    bottom = habit.bottom + trial.bend
    turns = np.array([bottom] + [habit.top, bottom] * count)
    turns = turns + draw(rng, spread["turning_point_error"], len(turns))
    return minimum_jerk(knots, np.deg2rad([turns[0], *turns, turns[-1]]), interval)


def minimum_jerk(knots: np.ndarray, angles: np.ndarray, interval: float) -> Motion:
    """Minimum-jerk strokes (Flash and Hogan 1985) from knot to knot: times (s) and angles (rad), both (K,)."""
    time = np.arange(round(knots[-1] / interval)) * interval
    stroke = np.clip(np.searchsorted(knots, time, side="right") - 1, 0, len(knots) - 2)
    duration = np.diff(knots)[stroke]
    amplitude = np.diff(angles)[stroke]
    s = (time - knots[stroke]) / duration
    return Motion(
        time=time,
        angle=angles[stroke] + amplitude * (10 * s**3 - 15 * s**4 + 6 * s**5),
        velocity=amplitude / duration * (30 * s**2 - 60 * s**3 + 30 * s**4),
        acceleration=amplitude / duration**2 * (60 * s - 180 * s**2 + 120 * s**3),
    )
