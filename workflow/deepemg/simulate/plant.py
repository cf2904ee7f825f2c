"""The body in OpenSim: Millard muscles on compliant tendons, advanced by excitations held for one interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from deepemg.arm.opensim import build_model, import_opensim
from deepemg.simulate.subject import Subject


@dataclass(frozen=True)
class Reading:
    """State of the plant: rad, rad/s, rad/s2, and per muscle (n_muscles,) moment arm (m), tendon force (N), passive
    force along the tendon (N), active force along the tendon at full activation (N), activation and fibre length (m).
    """

    angle: float
    velocity: float
    acceleration: float
    moment_arm: np.ndarray
    force: np.ndarray
    passive_force: np.ndarray
    active_force: np.ndarray
    activation: np.ndarray
    fibre_length: np.ndarray

    @property
    def torque(self) -> float:
        """Moment of all muscles about the joint, N m, flexion positive."""
        return float(self.moment_arm @ self.force)


class Plant:
    """A subject's loaded arm between two excitations. It holds OpenSim's objects, which must outlive every call."""

    def __init__(self, subject: Subject, load_kg: float, accuracy: float) -> None:
        osim = import_opensim()
        names = subject.arm.muscle_names
        self._model = build_model(subject.arm, load_kg=load_kg, muscle_model="millard")
        self._damper = osim.SpringGeneralizedForce(subject.arm.coordinate)
        self._damper.setStiffness(0.0)
        self._damper.setViscosity(subject.joint_damping)
        self._model.addForce(self._damper)
        self._muscles = [self._model.getMuscles().get(name) for name in names]
        for muscle in self._muscles:
            millard = osim.Millard2012EquilibriumMuscle.safeDownCast(muscle)
            millard.setActivationTimeConstant(subject.activation_time)
            millard.setDeactivationTimeConstant(subject.deactivation_time)
        self._controller = osim.PrescribedController()
        self._controller.setName("excitation")
        self._model.addController(self._controller)
        for muscle in self._muscles:
            self._controller.addActuator(muscle)
        for name in names:
            self._controller.prescribeControlForActuator(name, osim.Constant(0.0))
        self._state = self._model.initSystem()
        functions = self._controller.upd_ControlFunctions()  # the controller keeps copies of the Constants
        self._controls = [osim.Constant.safeDownCast(functions.get(index)) for index in range(len(names))]
        self._coordinate = self._model.getCoordinateSet().get(subject.arm.coordinate)
        self._manager = osim.Manager(self._model)
        self._manager.setIntegratorAccuracy(accuracy)

    def start(self, angle: float, activation: np.ndarray) -> Reading:
        """Put the joint at rest at `angle` (rad) with these activations and the fibres in equilibrium."""
        self._coordinate.setValue(self._state, angle)
        self._coordinate.setSpeedValue(self._state, 0.0)
        for muscle, value in zip(self._muscles, activation, strict=True):
            muscle.setActivation(self._state, float(value))
        self._model.equilibrateMuscles(self._state)
        self._manager.initialize(self._state)
        return self._read()

    def advance(self, excitation: np.ndarray, until: float) -> Reading:
        """Hold the excitations (n_muscles,) until a time (s) after the start."""
        for control, value in zip(self._controls, excitation, strict=True):
            control.setValue(float(value))
        self._model.markControlsAsInvalid(self._state)  # else the first step would begin with the last controls
        self._state = self._manager.integrate(until)
        return self._read()

    def _read(self) -> Reading:
        state, muscles = self._state, self._muscles
        self._model.realizeAcceleration(state)
        return Reading(
            angle=self._coordinate.getValue(state),
            velocity=self._coordinate.getSpeedValue(state),
            acceleration=self._coordinate.getAccelerationValue(state),
            moment_arm=np.array([muscle.computeMomentArm(state, self._coordinate) for muscle in muscles]),
            force=np.array([muscle.getTendonForce(state) for muscle in muscles]),
            passive_force=np.array([muscle.getPassiveFiberForceAlongTendon(state) for muscle in muscles]),
            active_force=np.array([_active_force(muscle, state) for muscle in muscles]),
            activation=np.array([muscle.getActivation(state) for muscle in muscles]),
            fibre_length=np.array([muscle.getFiberLength(state) for muscle in muscles]),
        )


def _active_force(muscle: Any, state: Any) -> float:
    """Active force along the tendon (N) that full activation would give at this fibre length and velocity."""
    return float(
        muscle.getMaxIsometricForce()
        * muscle.getActiveForceLengthMultiplier(state)
        * muscle.getForceVelocityMultiplier(state)
        * muscle.getCosPennationAngle(state)
    )
