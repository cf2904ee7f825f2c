"""The nervous system: an inverse model with errors ahead of time, slow feedback behind it, and prescribed efforts."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from deepemg.foreign.arm import Command
from deepemg.foreign.person import Person
from deepemg.foreign.plan import Plan, Trial, effort_profile
from deepemg.foreign.synergy import excitations, noise, weights
from deepemg.foreign.values import Values, draw

REACH = np.deg2rad([2.0, 135.0])  # angles that a person believes possible


class Curls:
    """Commands of B curl trials of one person; the shorter ones stay at the end of their plan.

    The state at the time when a twitch comes is predicted: the plan's, less the error that was felt a delay ago.
    """

    def __init__(
        self,
        person: Person,
        load: np.ndarray,
        plans: Sequence[Plan],
        rngs: Sequence[np.random.Generator],
        values: Values,
    ) -> None:
        spread, one = values["control"], {n: float(e["value"]) for n, e in values["control"].items() if "value" in e}
        self.person, self.load, self.flexors = person, load, values["flexors"]
        self.power, self.overlap = person.habits.synergy["power"], one["smooth_torque"]
        self.rows = max(len(plan.angle) for plan in plans)
        self.late = round(one["afferent_delay"] / one["interval"])
        self.lead = round(2 * person.habits.twitch_time / one["interval"])  # the mean delay of a twitch
        until = self.rows + self.lead
        self.angle, self.velocity, self.acceleration = (
            np.stack([_held(getattr(plan, name), until) for plan in plans], axis=1)
            for name in ("angle", "velocity", "acceleration")
        )
        shares = [weights(person.habits.synergy, plan, r, values) for plan, r in zip(plans, rngs, strict=True)]
        self.weights = np.stack([_held(share, until) for share in shares], axis=1)
        self.believed = np.array([float(draw(rng, spread["model_error"])) for rng in rngs])
        frequency = np.maximum(one["frequency"], np.sqrt(one["least_stiffness"] / person.body.inertia_with(load)))
        self.stiffness, self.friction = frequency**2, 2 * one["damping_ratio"] * frequency
        muscles = self.weights.shape[-1]
        self.noise = np.stack([noise(self.rows, muscles, self.flexors, rng, values) for rng in rngs], axis=1)

    def __call__(self, row: int, angle: np.ndarray, velocity: np.ndarray) -> np.ndarray:
        """Excitations (B, M) at a row, for what the twitches will be when they come."""
        then, ahead = max(row - self.late, 0), row + self.lead
        off, drift = self.angle[then] - angle[then], self.velocity[then] - velocity[then]
        reached, speed = np.clip(self.angle[ahead] - off, *REACH), self.velocity[ahead] - drift
        body = self.person.body
        wanted = self.acceleration[ahead] + self.stiffness * off + self.friction * drift
        torque = body.inertia_with(self.load) * wanted + body.damping * speed + body.gravity(reached, self.load)
        capacity = np.abs(self.person.anatomy.capacity(reached, speed))
        both = self._groups(self.believed * torque, np.abs(speed), capacity)
        groups = (slice(None, self.flexors), slice(self.flexors, None))
        weight = self.weights[ahead]
        shares = [
            excitations(given, (weight * capacity)[:, group], self.power[group])
            for given, group in zip(both, groups, strict=True)
        ]
        return np.clip(weight * np.concatenate(shares, axis=1) * self.noise[row], 0.0, 1.0)

    def _groups(self, torque: np.ndarray, speed: np.ndarray, capacity: np.ndarray) -> np.ndarray:
        """Torques (2, B), N m, of flexors and extensors: their difference, and co-contraction in both."""
        habit = self.person.habits.co_contraction
        flexion, extension = capacity[:, : self.flexors].sum(axis=1), capacity[:, self.flexors :].sum(axis=1)
        share = habit["base"] + habit["effort"] * np.abs(torque) / flexion + habit["speed"] * speed
        up = 0.5 * (torque + np.hypot(torque, self.overlap))
        return np.stack([up, up - torque]) + share * extension


def isometric(person: Person, trial: Trial, rng: np.random.Generator, values: Values) -> np.ndarray:
    """Excitations (T, M) of an effort at the isometric angle, or of the relaxed arm."""
    one, effort = values["protocol"], values["effort"]
    interval = float(values["control"]["interval"]["value"])
    muscles, flexors = len(values["muscles"]), values["flexors"]
    if trial.role == "rest":
        return np.zeros((round(float(one["rest"]["value"]) / interval), muscles))
    timing = ("mvc_ramp", "mvc_hold") if trial.role == "mvc" else ("hold_ramp", "hold_hold")
    ramp, hold = (float(draw(rng, one[name])) for name in timing)
    profile = effort_profile(ramp, hold, float(one["still"]["value"]), interval)
    agonists = np.arange(muscles) < flexors
    agonists = agonists if trial.direction > 0 else ~agonists
    angle = np.full(len(profile), np.deg2rad(float(one["isometric_angle"]["value"])))
    still = Plan(angle, np.zeros(len(profile)), np.zeros(len(profile)), np.zeros(len(profile), dtype=int))
    level = np.full((len(profile), muscles), float(draw(rng, effort["antagonist"])) * trial.level)
    if trial.role == "mvc":
        level[:, agonists] = person.voluntary[agonists] * min(float(draw(rng, effort["trial"])), 1.0)
        wanted = profile[:, None] * level
    else:
        capacity = np.abs(person.anatomy.capacity(angle, still.velocity))
        torque = trial.level * profile * (capacity * person.voluntary)[:, agonists].sum(axis=1)
        weight = weights(person.habits.synergy, still, rng, values)
        wanted = profile[:, None] * level
        wanted[:, agonists] = weight[:, agonists] * excitations(
            torque, (weight * capacity)[:, agonists], person.habits.synergy["power"][agonists]
        )
    return np.clip(wanted * noise(len(profile), muscles, flexors, rng, values), 0.0, 1.0)


def prescribed(tables: Sequence[np.ndarray]) -> tuple[Command, int]:
    """A command that follows excitations (T, M) of B trials, and the rows of the longest."""
    rows = max(len(table) for table in tables)
    together = np.stack([_held(table, rows) for table in tables], axis=1)
    return lambda row, angle, velocity: together[row], rows


def _held(values: np.ndarray, rows: int) -> np.ndarray:
    """The values (T, ...) with their last row repeated up to `rows`."""
    return np.concatenate([values, np.repeat(values[-1:], rows - len(values), axis=0)])
