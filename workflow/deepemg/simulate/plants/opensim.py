"""The arm in OpenSim, advanced by excitations held for one interval."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.joint.opensim import MuscleModel, build_model, import_opensim
from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.plants.plant import Reading
from deepemg.simulate.subject import Subject

# OpenSim's ForceVelocityCurve in the shape of De Groote's, least squares over -1..1 (never off by more than 0.014):
# slopes at and near the fastest shortening, at rest, at and near the fastest lengthening, force there, two curvinesses.
DE_GROOTE_VELOCITY = (0.2236, 0.4394, 2.5715, 0.2773, 0.3592, 1.794, 0.7718, 0.6089)


@dataclass(frozen=True)
class Engine:
    """Muscles of a plant: their curves, and what differs from OpenSim's defaults of these.

    `force_velocity` are the eight numbers of a Millard muscle's force-velocity curve, `fibre_damping` is its parallel
    damping (maximal isometric forces at the maximal velocity; OpenSim: 0.1).
    """

    curves: MuscleModel
    rigid_tendon: bool = False
    force_velocity: tuple[float, ...] = ()
    fibre_damping: float | None = None


# A tier names its engine. Those behind the first two are the first with one thing as the reconstruction has it
# (`deepemg audit --part mechanisms`). They are engines, not entries of cohort.yaml, because the source line of every
# subject holds a digest of that file: a new entry would make other files of all cohorts there are.
ENGINES = {
    "millard": Engine("millard"),
    "matched": Engine("de_groote", rigid_tendon=True),
    "millard_rigid": Engine("millard", rigid_tendon=True),
    "millard_velocity": Engine("millard", force_velocity=DE_GROOTE_VELOCITY),
    "millard_undamped": Engine("millard", fibre_damping=0.01),  # without any, OpenSim's equilibrium is singular
}


class OpenSimPlant:
    """A subject's loaded arm in OpenSim. It holds OpenSim's objects, which must outlive every call.

    Engine `millard`: Millard curves (2013), compliant tendons. Engine `matched`: De Groote curves and rigid tendons,
    the equations of the reconstruction itself. Those between them are said at ENGINES.
    """

    def __init__(self, subject: Subject, joint: Joint, load_kg: float, control: Assumptions, engine: str) -> None:
        osim = import_opensim()
        names, made_of = joint.muscle_names, ENGINES[engine]
        self._model = build_model(
            joint, load_kg=load_kg, muscle_model=made_of.curves, rigid_tendon=made_of.rigid_tendon
        )
        self._damper = osim.SpringGeneralizedForce(joint.coordinate)
        self._damper.setStiffness(0.0)
        self._damper.setViscosity(subject.joint_damping)
        self._model.addForce(self._damper)
        self._muscles = [self._model.getMuscles().get(name) for name in names]
        for muscle in self._muscles:
            _set_activation_times(osim, muscle, subject.activation_time, subject.deactivation_time)
            _change_fibres(osim, muscle, made_of)
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
        self._coordinate = self._model.getCoordinateSet().get(joint.coordinate)
        self._manager = osim.Manager(self._model)
        self._manager.setIntegratorAccuracy(control["integrator_accuracy"])

    def start(self, angle: float, activation: np.ndarray, *, locked: bool = False) -> Reading:
        """Put the joint at rest at `angle` (rad) with these activations and the fibres in equilibrium."""
        self._state.setTime(0.0)
        self._coordinate.setLocked(self._state, False)
        self._coordinate.setValue(self._state, angle)
        self._coordinate.setSpeedValue(self._state, 0.0)
        self._coordinate.setLocked(self._state, locked)
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


def _set_activation_times(osim: Any, muscle: Any, activation: float, deactivation: float) -> None:
    """Time constants (s) of the muscle's own activation dynamics; the two muscle models name them differently."""
    millard = osim.Millard2012EquilibriumMuscle.safeDownCast(muscle)
    if millard is not None:
        millard.setActivationTimeConstant(activation)
        millard.setDeactivationTimeConstant(deactivation)
        return
    de_groote = osim.DeGrooteFregly2016Muscle.safeDownCast(muscle)
    de_groote.set_activation_time_constant(activation)
    de_groote.set_deactivation_time_constant(deactivation)


def _change_fibres(osim: Any, muscle: Any, engine: Engine) -> None:
    """Give a Millard muscle the engine's force-velocity curve and damping where they are not OpenSim's."""
    millard = osim.Millard2012EquilibriumMuscle.safeDownCast(muscle)
    if engine.force_velocity:
        millard.setForceVelocityCurve(osim.ForceVelocityCurve(*engine.force_velocity))
    if engine.fibre_damping is not None:
        millard.setFiberDamping(engine.fibre_damping)


def _active_force(muscle: Any, state: Any) -> float:
    """Active force along the tendon (N) that full activation would give at this fibre length and velocity."""
    return float(
        muscle.getMaxIsometricForce()
        * muscle.getActiveForceLengthMultiplier(state)
        * muscle.getForceVelocityMultiplier(state)
        * muscle.getCosPennationAngle(state)
    )
