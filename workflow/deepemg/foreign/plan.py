"""What a trial wants: curls as smoothed ramps between turning points, or efforts at a fixed angle."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.ndimage import gaussian_filter1d

from deepemg.foreign.values import Values, draw


@dataclass(frozen=True)
class Trial:
    """A row of trials.csv. `level` is the share of the voluntary torque of an isometric effort, 0 is rest."""

    name: str
    role: Literal["movement", "mvc", "hold", "rest"]
    load: float = 0.0
    split: str = ""
    repetitions: int = 0
    direction: Literal[1, -1] = 1
    level: float = 0.0
    dynamometer: bool = False


@dataclass(frozen=True)
class Plan:
    """Angle, velocity and acceleration (T,) that a person means to follow (rad, s), and the repetition at each time."""

    angle: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray
    repetition: np.ndarray


def trials_of(values: Values) -> tuple[Trial, ...]:
    """Every trial of a person, in the order and with the names of the other tiers."""
    one = {name: entry["value"] for name, entry in values["protocol"].items() if "value" in entry}
    curls = [
        Trial(f"{load:g}kg_{split}", "movement", float(load), split, int(one[f"{split}_repetitions"]))
        for load in one["loads"]
        for split in ("train", "test")
    ]
    numbers = range(1, one["mvc_trials"] + 1)
    directions: tuple[tuple[str, Literal[1, -1]], ...] = (("flexion", 1), ("extension", -1))
    maximal = [
        Trial(f"mvc_{word}_{n}", "mvc", direction=sign, level=1.0, dynamometer=n == one["mvc_trials"])
        for word, sign in directions
        for n in numbers
    ]
    hold = Trial("hold_flexion_1", "hold", level=one["hold_level"], dynamometer=True)
    return (*curls, *maximal, hold, Trial("rest", "rest"))


def plan_curls(habit: dict[str, float], repetitions: int, rng: np.random.Generator, values: Values) -> Plan:
    """Ramps up and down with a pause at each turn, no two of them alike, smoothed by a Gaussian."""
    spread, interval = values["plan"], float(values["control"]["interval"]["value"])
    tempo = float(draw(rng, spread["trial_tempo"]))
    still = float(spread["rest"]["value"])
    corners = [(0.0, habit["bottom"], 0), (still, habit["bottom"], 0)]
    for repetition in range(repetitions):
        for part, place in (("lift", "top"), ("pause", "top"), ("lower", "bottom"), ("pause", "bottom")):
            took = tempo * habit[part] * float(draw(rng, spread["tempo"]))
            error = 0.0 if part == "pause" else float(draw(rng, spread["turn_error"]))
            where = corners[-1][1] if part == "pause" else max(habit[place] + error, 2.0)
            corners.append((corners[-1][0] + took, where, repetition))
    corners.append((corners[-1][0] + still, corners[-1][1], repetitions - 1))
    time = np.arange(round(corners[-1][0] / interval)) * interval
    at, corner, number = (np.array(column, dtype=float) for column in zip(*corners, strict=True))
    width = habit["smoothing"] / interval
    ramps = np.deg2rad(np.interp(time, at, corner))
    angle, velocity, acceleration = (
        gaussian_filter1d(ramps, width, order=order, mode="nearest") / interval**order for order in range(3)
    )
    return Plan(angle, velocity, acceleration, number[np.searchsorted(at, time, side="right") - 1].astype(int))


def effort_profile(ramp: float, hold: float, still: float, interval: float) -> np.ndarray:
    """Still, ramp, hold, ramp, still (T,), from 0 to 1."""
    corners = np.cumsum([0.0, still, ramp, hold, ramp, still])
    return np.interp(np.arange(round(corners[-1] / interval)) * interval, corners, [0, 0, 1, 1, 0, 0])
