"""One trial by closed-loop forward dynamics: the nervous system plans, the plant answers, and the loop closes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.coordination import Coordination, plan_coordination, share_torque
from deepemg.simulate.motion import Motion, plan_curls
from deepemg.simulate.plant import Plant, Reading
from deepemg.simulate.skeleton import Skeleton
from deepemg.simulate.subject import Subject


@dataclass(frozen=True)
class Truth:
    """A simulated trial: time (T,) in s, angle in rad, velocity and acceleration (T,), muscle torque (T,) in N m, and
    excitation, activation and fibre length (m) of the muscles, each (T, n_muscles).

    Row t holds the state at time t and the excitation held from t to the next row.
    """

    time: np.ndarray
    angle: np.ndarray
    velocity: np.ndarray
    acceleration: np.ndarray
    torque: np.ndarray
    excitation: np.ndarray
    activation: np.ndarray
    fibre_length: np.ndarray


class Controller:
    """Feedback around a planned motion: from the plant's state to the excitations of all muscles."""

    def __init__(
        self, subject: Subject, skeleton: Skeleton, motion: Motion, coordination: Coordination, gains: Assumptions
    ) -> None:
        self._subject, self._skeleton, self._motion, self._coordination = subject, skeleton, motion, coordination
        self._gains = gains
        self._flexors, self._extensors = subject.columns("flexor"), subject.columns("extensor")

    def needed_torque(self, row: int, reading: Reading) -> float:
        """Muscle torque (N m) for the planned acceleration plus feedback, with the joint's own damping overcome."""
        gains, motion = self._gains, self._motion
        angle_error = motion.angle[row] - reading.angle
        velocity_error = motion.velocity[row] - reading.velocity
        acceleration = (
            motion.acceleration[row]
            + gains["acceleration_stiffness"] * angle_error
            + gains["acceleration_damping"] * velocity_error
        )
        return (
            self._skeleton.torque(reading.angle, reading.velocity, float(acceleration))
            + gains["stiffness"] * angle_error
            + gains["damping"] * velocity_error
            + self._subject.joint_damping * reading.velocity
        )

    def activation(self, row: int, reading: Reading, active_force: np.ndarray) -> np.ndarray:
        """Wanted activation (n_muscles,): extensors as planned, flexors share what is left of the needed torque.

        `active_force` (n_muscles,) is the force (N) each muscle is believed to give at full activation.
        """
        flexors, extensors = self._flexors, self._extensors
        capacity = reading.moment_arm * active_force
        wanted = np.empty(len(capacity))
        wanted[extensors] = self._coordination.extensor_activation[row]
        rest = self.needed_torque(row, reading) - reading.moment_arm @ reading.passive_force
        lift = rest - capacity[extensors] @ wanted[extensors]
        if lift < 0:  # the extensors must pull, in proportion to their capacity
            wanted[extensors] += lift * capacity[extensors] / (capacity[extensors] @ capacity[extensors])
        wanted[flexors] = share_torque(
            max(lift, 0.0),
            capacity[flexors],
            self._coordination.flexor_weight[row],
            self._subject.sharing.exponent,
            self._subject.voluntary_activation[flexors],
        )
        return self.limit(wanted)

    def limit(self, drive: np.ndarray) -> np.ndarray:
        """Keep a drive (n_muscles,) between the tone at rest and what the subject can activate at will."""
        return np.clip(drive, self._gains["tone"], self._subject.voluntary_activation)


def simulate_trial(
    subject: Subject, load_kg: float, repetitions: int, rng: np.random.Generator, assumptions: Assumptions
) -> Truth:
    """Simulate one trial of curls with a hand load; the motion is what the muscles made, not what was planned."""
    gains = assumptions["control"]
    motion = plan_curls(subject.habit, repetitions, gains["interval"], rng, assumptions["motion"])
    skeleton = Skeleton(subject.arm, load_kg)
    coordination = plan_coordination(subject, motion, skeleton.torques(motion), rng, assumptions)
    controller = Controller(subject, skeleton, motion, coordination, gains)
    plant = Plant(subject, load_kg, gains["integrator_accuracy"])

    relaxed = plant.start(float(motion.angle[0]), np.full(len(subject.arm.muscles), gains["tone"]))
    wanted = controller.activation(0, relaxed, relaxed.active_force)
    reading = plant.start(float(motion.angle[0]), wanted)
    active_force, slow = reading.active_force, wanted
    readings, excitations = [], []
    for row, time in enumerate(motion.time):
        active_force = active_force + gains["interval"] / gains["capacity_filter"] * (
            reading.active_force - active_force
        )
        wanted = controller.activation(row, reading, active_force)
        slow = slow + gains["interval"] / gains["lead_filter"] * (wanted - slow)
        led = wanted + gains["lead"] / gains["lead_filter"] * (wanted - slow)
        excitation = controller.limit(led * coordination.modulation[row])
        readings.append(reading)
        excitations.append(excitation)
        reading = plant.advance(excitation, float(time) + gains["interval"])
    return _truth(motion.time, readings, np.array(excitations))


def replay(
    subject: Subject, load_kg: float, angle: float, activation: np.ndarray, excitation: np.ndarray, control: Assumptions
) -> Truth:
    """Open-loop forward dynamics from rest at `angle` (rad) and `activation` (n_muscles,) under recorded excitations
    (T, n_muscles), each held for one control interval.
    """
    plant = Plant(subject, load_kg, control["integrator_accuracy"])
    time = np.arange(len(excitation)) * control["interval"]
    readings = [plant.start(angle, activation)]
    readings += [plant.advance(row, float(end)) for row, end in zip(excitation, time[1:], strict=False)]
    return _truth(time, readings, excitation)


def _truth(time: np.ndarray, readings: list[Reading], excitation: np.ndarray) -> Truth:
    def series(name: str) -> np.ndarray:
        return np.array([getattr(reading, name) for reading in readings])

    names = ("angle", "velocity", "acceleration", "torque", "activation", "fibre_length")
    return Truth(time=time, excitation=excitation, **{name: series(name) for name in names})
