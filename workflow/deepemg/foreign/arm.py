"""Forward dynamics of the arm: twitches, muscles on elastic tendons, gravity. Many trials at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from deepemg.foreign.person import Person
from deepemg.foreign.values import Values

SETTLE = 0.5  # s in which the muscles settle at the first angle before a trial begins

Command = Callable[[int, np.ndarray, np.ndarray], np.ndarray]  # row, angles and velocities so far -> excitations (B, M)


@dataclass(frozen=True)
class Motion:
    """What happened, for B trials: (T, B) or, by muscle, (T, B, M). SI units, flexion positive."""

    angle: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray
    torque: np.ndarray
    excitation: np.ndarray
    activation: np.ndarray
    force: np.ndarray
    fibre_length: np.ndarray


class Plant:
    """The arms of one person in B trials. `locked` arms stay where they are."""

    def __init__(self, person: Person, load: np.ndarray, angle: np.ndarray, locked: bool, values: Values) -> None:
        spread = values["muscle"]
        self.person, self.load, self.locked = person, load, locked
        self.step = float(spread["step"]["value"])
        self.least = float(spread["least_activation"]["value"])
        self.blend = 1 - np.exp(-self.step / person.habits.twitch_time)
        self.inertia = person.body.inertia_with(load)
        self.angle, self.velocity = angle.astype(float), np.zeros(len(angle))
        self.fibre = person.anatomy.fibre_on_stiff_tendon(angle)
        self.twitch = np.full(self.fibre.shape, self.least)
        self.activation = self.twitch
        self._balance()

    def settle(self, excitation: np.ndarray) -> None:
        """Let the muscles come to rest at this angle."""
        self.twitch = self.activation = np.maximum(excitation, self.least)
        for _ in range(round(SETTLE / self.step)):
            self._balance()

    def advance(self, excitation: np.ndarray) -> None:
        """One step of the mechanics under excitations (B, M)."""
        if not self.locked:
            self.velocity = self.velocity + self.step * self.acceleration
            self.angle = self.angle + self.step * self.velocity
        self.twitch = self.twitch + self.blend * (np.maximum(excitation, self.least) - self.twitch)
        self.activation = self.activation + self.blend * (self.twitch - self.activation)
        self._balance()

    def _balance(self) -> None:
        """Fibres and tendons one step later; then the torque and what it accelerates."""
        anatomy = self.person.anatomy
        whole, ratio = anatomy.lengths(self.angle) / anatomy.slack, anatomy.fibre / anatomy.slack
        self.fibre, tendon = anatomy.hill.step(self.fibre, whole, self.activation, ratio, anatomy.cosine, self.step)
        self.force = anatomy.force * tendon
        self.torque = (anatomy.moment_arms(self.angle) * self.force).sum(axis=1)
        body = self.person.body
        net = self.torque - body.damping * self.velocity - body.gravity(self.angle, self.load)
        self.acceleration = np.zeros(len(net)) if self.locked else net / self.inertia


def simulate(
    person: Person, load: np.ndarray, angle: np.ndarray, command: Command, rows: int, locked: bool, values: Values
) -> Motion:
    """Move the arms from rest at angles (B,) for `rows` control intervals, each under constant excitations."""
    plant = Plant(person, load, angle, locked, values)
    steps = round(float(values["control"]["interval"]["value"]) / plant.step)
    flat, deep = (rows, len(angle)), (rows, *plant.fibre.shape)
    motion = Motion(*(np.zeros(flat) for _ in range(4)), *(np.zeros(deep) for _ in range(4)))
    for row in range(rows):
        motion.angle[row], motion.velocity[row] = plant.angle, plant.velocity
        excitation = command(row, motion.angle, motion.velocity)
        if row == 0:
            plant.settle(excitation)
        motion.acceleration[row], motion.torque[row] = plant.acceleration, plant.torque
        motion.excitation[row], motion.activation[row] = excitation, plant.activation
        motion.force[row], motion.fibre_length[row] = plant.force, plant.fibre * person.anatomy.fibre
        for _ in range(steps):
            plant.advance(excitation)
    return motion
