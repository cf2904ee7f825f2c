"""The nervous system around a plant: from the torque that is needed to the excitations of all muscles."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.plants.plant import Plant, Reading
from deepemg.simulate.sharing.rule import Sharing, share_torque
from deepemg.simulate.subject import Subject

NeededTorque = Callable[[int, Reading], float]
LEAST_CAPACITY = 1e-6  # N m; keeps a muscle without a lever out of a division by zero


@dataclass(frozen=True)
class Truth:
    """A simulated trial: time (T,) in s, angle in rad, velocity and acceleration (T,), muscle torque (T,) in N m, and
    excitation, activation, tendon force (N) and fibre length (m) of the muscles, each (T, n_muscles).

    Row t holds the state at time t and the excitation held from t to the next row.
    """

    time: np.ndarray
    angle: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray
    torque: np.ndarray
    excitation: np.ndarray
    activation: np.ndarray
    force: np.ndarray
    fibre_length: np.ndarray


def as_truth(time: np.ndarray, readings: list[Reading], excitation: np.ndarray) -> Truth:
    """Readings, one per row, as series."""

    def series(name: str) -> np.ndarray:
        return np.array([getattr(reading, name) for reading in readings])

    names = ("angle", "velocity", "acceleration", "torque", "activation", "force", "fibre_length")
    return Truth(time=time, excitation=excitation, **{name: series(name) for name in names})


class Controller:
    """Muscle torque that is needed, shared among the muscles that can give it."""

    def __init__(
        self,
        subject: Subject,
        needed_torque: NeededTorque,
        sharing: Sharing,
        co_contraction: np.ndarray,
        control: Assumptions,
    ) -> None:
        self._needed_torque, self._sharing, self._floor = needed_torque, sharing, co_contraction
        self._flexors, self._extensors = subject.columns("flexor"), subject.columns("extensor")
        self._strongest, self._tone = subject.voluntary_activation, control["tone"]

    def activation(self, row: int, reading: Reading, active_force: np.ndarray) -> np.ndarray:
        """Wanted activation (n_muscles,): co-contraction, and on top of it the agonists share the rest of the torque.

        `active_force` (n_muscles,) is the force (N) each muscle is believed to give at full activation.
        """
        capacity = reading.moment_arm * active_force
        wanted = np.minimum(self._floor[row], self._strongest)
        rest = self._needed_torque(row, reading) - reading.moment_arm @ reading.passive_force - capacity @ wanted
        agonists = self._flexors if rest >= 0 else self._extensors
        strength = np.maximum(np.sign(rest) * capacity[agonists], LEAST_CAPACITY)
        wanted[agonists] += share_torque(
            abs(rest),
            strength,
            self._sharing.direction(row, agonists, strength),
            self._strongest[agonists] - wanted[agonists],
        )
        return self.limit(wanted)

    def limit(self, drive: np.ndarray) -> np.ndarray:
        """Keep a drive (n_muscles,) between the tone at rest and what the subject can activate at will."""
        return np.clip(drive, self._tone, self._strongest)


def close_loop(
    plant: Plant,
    controller: Controller,
    time: np.ndarray,
    angle: float,
    modulation: np.ndarray,
    control: Assumptions,
    *,
    locked: bool = False,
) -> Truth:
    """Run controller and plant together from rest at `angle` (rad); `modulation` (T, n_muscles) is a ratio around 1."""
    interval = control["interval"]
    relaxed = plant.start(angle, np.full(modulation.shape[1], control["tone"]), locked=locked)
    wanted = controller.activation(0, relaxed, relaxed.active_force)
    reading = plant.start(angle, wanted, locked=locked)
    active_force, slow = reading.active_force, wanted
    readings, excitations = [], []
    for row, start in enumerate(time):
        active_force = active_force + interval / control["capacity_filter"] * (reading.active_force - active_force)
        wanted = controller.activation(row, reading, active_force)
        led = wanted + control["lead"] / control["lead_filter"] * (wanted - slow)
        slow = slow + interval / control["lead_filter"] * (wanted - slow)
        excitation = controller.limit(led * modulation[row])
        readings.append(reading)
        excitations.append(excitation)
        reading = plant.advance(excitation, float(start) + interval)
    return as_truth(time, readings, np.array(excitations))


def open_loop(
    plant: Plant, excitation: np.ndarray, angle: float, activation: np.ndarray, interval: float, *, locked: bool = False
) -> Truth:
    """Forward dynamics from rest at `angle` (rad) and `activation` (n_muscles,) under given excitations (T, n_muscles),
    each held for `interval` (s).
    """
    time = np.arange(len(excitation)) * interval
    readings = [plant.start(angle, activation, locked=locked)]
    readings += [plant.advance(row, float(end)) for row, end in zip(excitation, time[1:], strict=False)]
    return as_truth(time, readings, excitation)
