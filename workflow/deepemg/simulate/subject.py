"""A simulated subject: the true body, its habits, and the sensors on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.simulate.assumptions import Assumptions, draw, draw_one
from deepemg.simulate.body import Body, sample_body
from deepemg.simulate.electrodes import Electrodes, sample_electrodes
from deepemg.simulate.habits import (
    CoContractionHabit,
    EffortHabit,
    MotionHabit,
    SynergyHabit,
    sample_co_contraction,
    sample_effort,
    sample_motion,
    sample_synergies,
)


@dataclass(frozen=True)
class Subject:
    """The truth about one subject. Times in s, damping in N m s/rad; `voluntary_activation` is (n_muscles,)."""

    name: str
    body: Body
    activation_time: float
    deactivation_time: float
    joint_damping: float
    voluntary_activation: np.ndarray
    habit: MotionHabit
    effort: EffortHabit
    synergies: SynergyHabit
    co_contraction: CoContractionHabit
    electrodes: Electrodes
    goniometer_offset_deg: float

    @property
    def joint(self) -> Joint:
        return self.body.joint

    def columns(self, action: str) -> np.ndarray:
        """Columns of the arm's muscles with this action (`flexor` or `extensor`)."""
        return np.array([index for index, muscle in enumerate(self.joint.muscles) if muscle.action == action])


def sample_subject(name: str, generator: Callable[[str], np.random.Generator], assumptions: Assumptions) -> Subject:
    """Draw a subject. Each part has random numbers of its own, `generator(part)`, so that none disturbs another."""
    body = sample_body(assumptions["joint"], generator("body"), assumptions["subject"])
    muscles = len(body.joint.muscles)
    dynamics, spread = generator("dynamics"), assumptions["subject"]
    return Subject(
        name=name,
        body=body,
        activation_time=draw_one(dynamics, spread["activation_time"]),
        deactivation_time=draw_one(dynamics, spread["deactivation_time"]),
        joint_damping=draw_one(dynamics, spread["joint_damping"]),
        voluntary_activation=draw(generator("mvc"), assumptions["mvc"]["voluntary_activation"], muscles),
        habit=sample_motion(generator("motion"), assumptions["motion"]),
        effort=sample_effort(generator("effort"), assumptions["effort"], muscles),
        synergies=sample_synergies(generator("synergies"), assumptions["synergies"], muscles),
        co_contraction=sample_co_contraction(generator("co_contraction"), assumptions["co_contraction"], muscles),
        electrodes=sample_electrodes(
            body.joint, tuple(assumptions["electrodes"]), generator("electrodes"), assumptions["emg"]
        ),
        goniometer_offset_deg=draw_one(generator("goniometer"), assumptions["goniometer"]["offset"]),
    )
