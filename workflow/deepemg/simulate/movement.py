"""A movement: a subject follows its plan in closed loop; the motion is what the muscles made, not what was planned."""

from __future__ import annotations

import numpy as np

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.closed_loop import Controller, NeededTorque, Truth, close_loop
from deepemg.simulate.co_contraction import co_contraction
from deepemg.simulate.motion import Motion, plan_curls
from deepemg.simulate.noise import smooth_process
from deepemg.simulate.plants import make_plant
from deepemg.simulate.plants.plant import Reading
from deepemg.simulate.protocol import Movement, Streams
from deepemg.simulate.sharing import PLANS
from deepemg.simulate.subject import Subject
from deepemg.simulate.torque_solver import TorqueSolver

ASTRAY_DEG = 60.0  # from the plan: the muscles have lost the arm, which then swings through its joint's end stop


class ArmLostError(RuntimeError):
    """The muscles did not hold the arm to its plan."""


def simulate_movement(
    subject: Subject, trial: Movement, tier: str, streams: Streams, assumptions: Assumptions
) -> Truth:
    """Simulate one movement trial with the engine and the sharing rule of a tier.

    Raises ArmLostError where the arm leaves its plan: no lab would keep such a trial.
    """
    control, rules = assumptions["control"], assumptions["tiers"][tier]
    joint = subject.joint.in_posture(trial.posture)
    motion = plan_curls(subject.habit, trial, control["interval"], streams("motion"), assumptions["motion"])
    solver = TorqueSolver(joint, trial.load_kg)
    sharing = PLANS[rules["sharing"]](subject, motion, trial.load_kg, streams("sharing"), assumptions)
    floor = co_contraction(subject, motion, solver.torques(motion), sharing.relative)
    needed = tracking(subject, solver, motion, control)
    controller = Controller(subject, needed, sharing, floor, control)
    plant = make_plant(rules["engine"], subject, joint, trial.load_kg, control)
    modulation = fast_modulation(len(motion.time), len(joint.muscles), streams("modulation"), control)
    truth = close_loop(plant, controller, motion.time, float(motion.angle[0]), modulation, control)
    astray = np.rad2deg(np.abs(truth.angle - motion.angle)).max()
    if astray > ASTRAY_DEG:
        raise ArmLostError(f"{subject.name} {trial.name}: the arm is {astray:.0f} deg from its plan")
    return truth


def tracking(subject: Subject, solver: TorqueSolver, motion: Motion, control: Assumptions) -> NeededTorque:
    """Muscle torque (N m) for the planned acceleration plus feedback, with the joint's own damping overcome."""

    def needed(row: int, reading: Reading) -> float:
        angle_error = motion.angle[row] - reading.angle
        velocity_error = motion.velocity[row] - reading.velocity
        acceleration = (
            motion.acceleration[row]
            + control["acceleration_stiffness"] * angle_error
            + control["acceleration_damping"] * velocity_error
        )
        return float(
            solver.torque(reading.angle, reading.velocity, float(acceleration))
            + control["stiffness"] * angle_error
            + control["damping"] * velocity_error
            + subject.joint_damping * reading.velocity
        )

    return needed


def fast_modulation(samples: int, muscles: int, rng: np.random.Generator, control: Assumptions) -> np.ndarray:
    """Fast fluctuation of every excitation (samples, muscles), a ratio around 1."""
    fast = smooth_process(rng, samples, muscles, control["modulation_time"], control["interval"])
    return 1 + control["modulation_sd"] * fast
