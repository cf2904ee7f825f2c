"""The arm in MuJoCo: its own muscle curves and a linear activation on rigid tendons, a second opinion on the truth.

MuJoCo is imported when a plant is built. World and proximal segment are one frame. A tendon starts at a muscle's last
point before the joint: what lies above has a constant length, which goes into the slack length. The lengths at
`REFERENCE_DEG` come from OpenSim.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from scipy.spatial.transform import Rotation

from deepemg.joint.definition import Joint, Muscle, Skeleton, Vector, Wrap
from deepemg.joint.opensim import muscle_geometry
from deepemg.simulate.plants.plant import Reading
from deepemg.simulate.subject import Subject

REFERENCE_DEG = 60.0  # where tendons get OpenSim's length and the side on which they pass their wraps
CURVE_PARAMETERS = 9  # of a muscle, alike for its active (gain) and its passive force (bias)


def import_mujoco() -> Any:
    """MuJoCo, which only this plant needs."""
    import mujoco

    return mujoco


class MuJoCoPlant:
    """A subject's loaded arm in MuJoCo; its `time_step` (s) divides every interval it is advanced by."""

    def __init__(self, subject: Subject, joint: Joint, load_kg: float, control: Mapping[str, Any]) -> None:
        self._mujoco = import_mujoco()
        self._model = build_model(subject, joint, load_kg, **control["mujoco"])
        self._data = self._mujoco.MjData(self._model)
        self._optimal_fibre_length = np.array([muscle.optimal_fibre_length for muscle in joint.muscles])
        self._locked_at: float | None = None

    def start(self, angle: float, activation: np.ndarray, *, locked: bool = False) -> Reading:
        """Put the joint at rest at `angle` (rad) with these activations; `locked` holds it there for good."""
        self._mujoco.mj_resetData(self._model, self._data)
        self._data.qpos[0] = angle
        self._data.act[:] = activation
        self._locked_at = angle if locked else None
        return self._read()

    def advance(self, excitation: np.ndarray, until: float) -> Reading:
        """Hold the excitations (n_muscles,) until a time (s) after the start, a whole number of steps away."""
        self._data.ctrl[:] = excitation
        steps = round((until - self._data.time) / self._model.opt.timestep)
        if self._locked_at is None:
            self._mujoco.mj_step(self._model, self._data, nstep=steps)
        else:
            self._step_locked(steps, self._locked_at)
        return self._read()

    def _step_locked(self, steps: int, angle: float) -> None:
        for _ in range(steps):
            self._mujoco.mj_step(self._model, self._data)
            self._data.qpos[0] = angle
            self._data.qvel[0] = 0.0

    def _read(self) -> Reading:
        model, data = self._model, self._data
        self._mujoco.mj_forward(model, data)  # a step leaves forces and accelerations of its beginning
        slack, optimal = model.actuator_lengthrange.T
        active, passive = self._curves()
        return Reading(
            angle=float(data.qpos[0]),
            velocity=float(data.qvel[0]),
            acceleration=float(data.qacc[0]) if self._locked_at is None else 0.0,
            moment_arm=-data.ten_J.reshape(-1),
            force=-data.actuator_force,
            passive_force=passive,
            active_force=active,
            activation=data.act.copy(),
            fibre_length=(data.actuator_length - slack) / (optimal - slack) * self._optimal_fibre_length,
        )

    def _curves(self) -> tuple[np.ndarray, np.ndarray]:
        """Active force at full activation and passive force (n_muscles,), N, at the present lengths and velocities."""
        model, data = self._model, self._data
        fixed = (model.actuator_lengthrange, model.actuator_acc0, model.actuator_gainprm[:, :CURVE_PARAMETERS])
        rows = list(zip(data.actuator_length, data.actuator_velocity, *fixed, strict=True))
        active = [-self._mujoco.mju_muscleGain(*row) for row in rows]
        passive = [-self._mujoco.mju_muscleBias(length, *curve) for length, _, *curve in rows]
        return np.array(active), np.array(passive)


def build_model(
    subject: Subject, joint: Joint, load_kg: float, *, time_step: float, curves: Mapping[str, float]
) -> Any:
    """Compiled MuJoCo model (MjModel) of a subject's arm with a load; tendons and actuators in the arm's order.

    `curves` are MuJoCo's shape parameters of a muscle: lmin, lmax, fpmax, fvmax.
    """
    mujoco = import_mujoco()
    spec = _skeleton(mujoco, joint, load_kg, subject.joint_damping)
    spec.option.timestep = time_step
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_RK4
    spec.option.disableflags |= mujoco.mjtDisableBit.mjDSBL_AUTORESET  # else it would start anew without saying so
    for muscle in joint.muscles:
        _add_tendon(spec, joint, muscle)
    lengths, _ = muscle_geometry(joint, np.array([REFERENCE_DEG]))
    surplus = _tendon_lengths(mujoco, spec.compile(), np.deg2rad(REFERENCE_DEG)) - lengths[0]
    for muscle, difference in zip(joint.muscles, surplus.tolist(), strict=True):
        _add_actuator(mujoco, spec, muscle, muscle.tendon_slack_length + difference, subject, curves)
    return spec.compile()


def _skeleton(mujoco: Any, joint: Joint, load_kg: float, damping: float) -> Any:
    """Model (MjSpec) of the joint, the distal segment with its load, and the cylinders on the proximal one."""
    spec = mujoco.MjSpec()
    skeleton, segment = joint.skeleton, joint.skeleton.distal
    spec.option.gravity = skeleton.gravity
    distal = spec.worldbody.add_body(
        name=segment.name,
        pos=skeleton.joint_in_proximal,
        mass=segment.mass,
        ipos=segment.mass_centre,
        inertia=segment.inertia,
        explicitinertial=True,
    )
    distal.add_joint(name=joint.coordinate, type=mujoco.mjtJoint.mjJNT_HINGE, axis=skeleton.axis, damping=damping)
    distal.add_body(name="load", pos=skeleton.load_point, mass=load_kg, ipos=(0, 0, 0), explicitinertial=True)
    for wrap in _cylinders(joint).values():
        radius, length = wrap.shape
        spec.worldbody.add_geom(
            name=wrap.name,
            type=mujoco.mjtGeom.mjGEOM_CYLINDER,
            size=(radius, length / 2, 0),
            pos=wrap.centre,
            quat=_rotation(wrap).as_quat(scalar_first=True),
            mass=0,
            contype=0,
            conaffinity=0,
        )
    return spec


def _cylinders(joint: Joint) -> dict[str, Wrap]:
    """Cylinders fixed to the proximal segment, by name."""
    fixed = (wrap for wrap in joint.wraps if wrap.body == joint.skeleton.proximal.name)
    return {wrap.name: wrap for wrap in fixed if wrap.kind == "cylinder"}


def _rotation(wrap: Wrap) -> Rotation:
    return Rotation.from_euler("XYZ", wrap.rotation)  # capitals: about the axes that turn with the body


def _add_tendon(spec: Any, joint: Joint, muscle: Muscle) -> None:
    """Tendon from a muscle's last point before the joint around its cylinders to its points behind the joint.

    Raises ValueError where the muscle has no points on both sides.
    """
    skeleton, cylinders = joint.skeleton, _cylinders(joint)
    before = [point.location for point in muscle.path if point.body == skeleton.proximal.name]
    behind = [point.location for point in muscle.path if point.body == skeleton.distal.name]
    if not (before and behind):
        raise ValueError(f"{muscle.name} has no path points on both sides of the joint")
    origin, insertion = np.array(before[-1]), _at_reference(skeleton, behind[0])
    tendon = spec.add_tendon(name=muscle.name)
    tendon.wrap_site(spec.worldbody.add_site(name=f"{muscle.name}-origin", pos=origin).name)
    for name in (name for name, _ in muscle.wraps if name in cylinders):
        beside = _beside(cylinders[name], origin, insertion)
        tendon.wrap_geom(name, spec.worldbody.add_site(name=f"{muscle.name}-{name}", pos=beside).name)
    for index, place in enumerate(behind, start=1):
        tendon.wrap_site(spec.body(skeleton.distal.name).add_site(name=f"{muscle.name}-{index}", pos=place).name)


def _at_reference(skeleton: Skeleton, place: Vector) -> np.ndarray:
    """A place in the distal frame as the proximal frame sees it with the joint at the reference angle; (3,), m."""
    axis = np.array(skeleton.axis) / np.linalg.norm(skeleton.axis)
    return np.array(skeleton.joint_in_proximal) + Rotation.from_rotvec(np.deg2rad(REFERENCE_DEG) * axis).apply(place)


def _beside(wrap: Wrap, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Place outside a cylinder, on the side where the straight line from start to end passes its axis; (3,), m."""
    turn = _rotation(wrap)
    first, last = turn.inv().apply(np.array([start, end]) - wrap.centre)[:, :2]
    line = last - first
    nearest = first + np.clip(-(first @ line) / (line @ line), 0, 1) * line
    x, y = 2 * wrap.shape[0] * nearest / np.linalg.norm(nearest)
    return np.array(wrap.centre) + turn.apply([x, y, 0.0])


def _tendon_lengths(mujoco: Any, model: Any, angle: float) -> np.ndarray:
    """Lengths of all tendons (n_muscles,), m, at one angle (rad)."""
    data = mujoco.MjData(model)
    data.qpos[0] = angle
    mujoco.mj_forward(model, data)
    return data.ten_length.copy()


def _add_actuator(
    mujoco: Any, spec: Any, muscle: Muscle, slack: float, subject: Subject, curves: Mapping[str, float]
) -> None:
    """MuJoCo's muscle on a tendon: slack length in m; pennation stays as it is at the optimal length."""
    cosine = float(np.cos(muscle.pennation))
    actuator = spec.add_actuator(
        name=muscle.name,
        target=muscle.name,
        trntype=mujoco.mjtTrn.mjTRN_TENDON,
        lengthrange=(slack, slack + muscle.optimal_fibre_length * cosine),
    )
    actuator.set_to_muscle(
        timeconst=(subject.activation_time, subject.deactivation_time),
        tausmooth=0.0,
        range=(0.0, 1.0),  # normalised fibre lengths at the ends of lengthrange
        force=muscle.max_isometric_force * cosine,
        vmax=muscle.max_contraction_velocity,
        **curves,
    )
    actuator.dyntype = mujoco.mjtDyn.mjDYN_FILTER  # linear and first order: not the law of OpenSim's muscles
    actuator.dynprm[0] = 0.5 * (subject.activation_time + subject.deactivation_time)
