"""The joint in OpenSim: the model built in code, its muscle-tendon lengths, and its inverse dynamics tool.

OpenSim is imported when a function runs, so that the rest of the library does not need it.
"""

from __future__ import annotations

import ctypes
import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import scipy

from deepemg.joint.definition import Joint, Muscle, Segment
from deepemg.joint.storage import read_storage, write_storage

MuscleModel = Literal["none", "millard", "de_groote"]
PathSource = Literal["points", "table"]
KNOT_DEG = 0.25  # between the knots of a tabulated path
STDOUT = threading.RLock()
MARGIN_KNOTS = 150  # beyond each end of the table


def import_opensim() -> Any:
    """OpenSim with its console chatter reduced to errors, and without the log file it leaves in the current folder."""
    import opensim

    opensim.Logger.removeFileSink()
    opensim.Logger.setLevelString("Error")
    return opensim


@contextmanager
def silenced() -> Iterator[None]:
    """Keep what compiled code writes to stdout off the console: tools, Moco and IPOPT print even when told not to.

    Stdout belongs to the whole process, so one thread does this at a time.
    """
    with STDOUT, open(os.devnull, "w") as nowhere:
        libc = ctypes.CDLL(None)
        libc.fflush(None)
        console = os.dup(1)
        os.dup2(nowhere.fileno(), 1)
        try:
            yield
        finally:
            libc.fflush(None)
            os.dup2(console, 1)
            os.close(console)


def build_model(
    joint: Joint,
    *,
    load_kg: float = 0.0,
    muscle_model: MuscleModel = "none",
    rigid_tendon: bool = False,
    path_from: PathSource = "points",
) -> Any:
    """OpenSim model of a pin-jointed joint with a load; the proximal segment is welded to the base.

    Muscle paths come from their points and wrapping surfaces, or from the joint's length table (where a muscle has no
    points, always). The coordinate carries the joint's own coordinate name (0 = extended, flexion positive, rad).
    """
    osim = import_opensim()
    skeleton = joint.skeleton
    model = osim.Model()
    model.setName(joint.name)
    model.setGravity(osim.Vec3(*skeleton.gravity))
    proximal, distal = _body(osim, skeleton.proximal), _body(osim, skeleton.distal)
    model.addBody(proximal)
    model.addBody(distal)
    zero = osim.Vec3(0)
    place = osim.Vec3(*skeleton.proximal_in_base)
    model.addJoint(osim.WeldJoint("base", model.getGround(), place, zero, proximal, zero, zero))
    model.addJoint(_pin(osim, joint, proximal, distal))
    if load_kg > 0:
        hand = osim.Body("load", load_kg, zero, osim.Inertia(0))
        model.addBody(hand)
        model.addJoint(osim.WeldJoint("grip", distal, osim.Vec3(*skeleton.load_point), zero, hand, zero, zero))
    if muscle_model != "none":
        bodies = {"base": model.getGround(), skeleton.proximal.name: proximal, skeleton.distal.name: distal}
        for wrap in joint.wraps:
            bodies[wrap.body].addWrapObject(_wrap(osim, wrap))
        for muscle in joint.muscles:
            model.addForce(_muscle(osim, muscle, bodies, joint, muscle_model, rigid_tendon, path_from))
    model.finalizeConnections()
    return model


def _body(osim: Any, segment: Segment) -> Any:
    return osim.Body(segment.name, segment.mass, osim.Vec3(*segment.mass_centre), osim.Inertia(*segment.inertia))


def _pin(osim: Any, joint: Joint, proximal: Any, distal: Any) -> Any:
    """Pin joint whose z axis is turned onto the joint's axis, alike in both bodies, so that 0 keeps them parallel."""
    x, y, z = np.array(joint.skeleton.axis) / np.linalg.norm(joint.skeleton.axis)
    turn = osim.Vec3(float(np.arctan2(-y, z)), float(np.arcsin(x)), 0.0)  # body-fixed x-y-z angles
    zero = osim.Vec3(0)
    pin = osim.PinJoint(
        joint.anatomical_name, proximal, osim.Vec3(*joint.skeleton.joint_in_proximal), turn, distal, zero, turn
    )
    coordinate = pin.updCoordinate()
    coordinate.setName(joint.coordinate)
    low, high = np.deg2rad(joint.skeleton.coordinate_range_deg)
    coordinate.setRangeMin(low)
    coordinate.setRangeMax(high)
    coordinate.setDefaultClamped(False)
    return pin


def _wrap(osim: Any, wrap: Any) -> Any:
    if wrap.kind == "cylinder":
        surface = osim.WrapCylinder()
        surface.set_radius(wrap.shape[0])
        surface.set_length(wrap.shape[1])
    else:
        surface = osim.WrapEllipsoid()
        surface.set_dimensions(osim.Vec3(*wrap.shape))
    surface.setName(wrap.name)
    surface.set_xyz_body_rotation(osim.Vec3(*wrap.rotation))
    surface.set_translation(osim.Vec3(*wrap.centre))
    surface.set_quadrant(wrap.quadrant)
    return surface


def _muscle(
    osim: Any,
    muscle: Muscle,
    bodies: dict[str, Any],
    joint: Joint,
    muscle_model: MuscleModel,
    rigid_tendon: bool,
    path_from: PathSource,
) -> Any:
    kind = {"millard": osim.Millard2012EquilibriumMuscle, "de_groote": osim.DeGrooteFregly2016Muscle}[muscle_model]
    actuator = kind()
    actuator.setName(muscle.name)
    actuator.set_max_isometric_force(muscle.max_isometric_force)
    actuator.set_optimal_fiber_length(muscle.optimal_fibre_length)
    actuator.set_tendon_slack_length(muscle.tendon_slack_length)
    actuator.set_pennation_angle_at_optimal(muscle.pennation)
    actuator.set_max_contraction_velocity(muscle.max_contraction_velocity)
    actuator.set_ignore_tendon_compliance(rigid_tendon)
    if path_from == "table" or not muscle.path:
        actuator.set_path(_tabulated_path(osim, joint, muscle.name))
        return actuator
    path = osim.GeometryPath.safeDownCast(actuator.updPath())
    for index, point in enumerate(muscle.path, start=1):
        path.appendNewPathPoint(f"{muscle.name}-P{index}", bodies[point.body], osim.Vec3(*point.location))
    by_name = {wrap.name: wrap for wrap in joint.wraps}
    for name, span in muscle.wraps:
        path.addPathWrap(bodies[by_name[name].body].getWrapObject(name))
        surface = path.updWrapSet().get(path.getWrapSet().getSize() - 1)
        surface.set_range(0, span[0])
        surface.set_range(1, span[1])
    return actuator


def path_table(joint: Joint) -> tuple[np.ndarray, np.ndarray]:
    """Angles (K,), rad, and lengths (K, n_muscles), m: the knots of the paths that come from the joint's length table.

    Straight ends as in `MuscleGeometry`, so the knots go on beyond the table; they stand closer than the table's rows,
    because OpenSim's spline has other end conditions, which a few knots take up.
    """
    low, high = np.deg2rad(joint.length_angles_deg[[0, -1]])
    step = np.deg2rad(KNOT_DEG)
    angles = np.arange(low - MARGIN_KNOTS * step, high + (MARGIN_KNOTS + 0.5) * step, step)
    spline = scipy.interpolate.CubicSpline(np.deg2rad(joint.length_angles_deg), joint.lengths)
    inside = np.clip(angles, low, high)
    return angles, spline(inside) + spline(inside, 1) * (angles - inside)[:, None]


def _tabulated_path(osim: Any, joint: Joint, muscle: str) -> Any:
    """Path that is nothing but a length as a function of the coordinate."""
    angles, lengths = path_table(joint)
    spline = osim.SimmSpline()
    for angle, length in zip(angles.tolist(), lengths[:, joint.muscle_names.index(muscle)].tolist(), strict=True):
        spline.addPoint(angle, length)
    path = osim.FunctionBasedPath()
    path.appendCoordinatePath(f"/jointset/{joint.anatomical_name}/{joint.coordinate}")
    path.setLengthFunction(spline)
    return path


def muscle_geometry(joint: Joint, angles_deg: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Muscle-tendon lengths and moment arms (both (K, n_muscles), m) by OpenSim's own paths."""
    model = build_model(joint, muscle_model="de_groote", rigid_tendon=True)
    state = model.initSystem()
    coordinate = model.getCoordinateSet().get(joint.coordinate)
    muscles = [model.getMuscles().get(name) for name in joint.muscle_names]
    lengths = np.empty((len(angles_deg), len(muscles)))
    moment_arms = np.empty_like(lengths)
    for row, angle in enumerate(np.deg2rad(angles_deg)):
        coordinate.setValue(state, float(angle), False)
        model.realizePosition(state)
        for column, muscle in enumerate(muscles):
            lengths[row, column] = muscle.getLength(state)
            moment_arms[row, column] = muscle.computeMomentArm(state, coordinate)
    return lengths, moment_arms


def inverse_dynamics(joint: Joint, time: np.ndarray, angle: np.ndarray, *, load_kg: float) -> np.ndarray:
    """Joint moment (T,), N m, flexion positive, by OpenSim's InverseDynamicsTool on an already filtered angle (rad).

    The tool reports success on broken input, so rows, names and finite values are checked before and after it runs.
    Raises ValueError where they do not hold.
    """
    if time.shape != angle.shape or time.ndim != 1:
        raise ValueError(f"time {time.shape} and angle {angle.shape} must be two equally long vectors")
    if not (np.isfinite(time).all() and np.isfinite(angle).all()):
        raise ValueError("time and angle must be finite; OpenSim would drop the rows without saying so")
    if np.any(np.diff(time) <= 0):
        raise ValueError("time must increase strictly")
    osim = import_opensim()
    with tempfile.TemporaryDirectory() as folder:
        motion = Path(folder) / "motion.mot"
        write_storage(motion, time, {joint.coordinate: np.rad2deg(angle)}, name="motion", in_degrees=True)
        model = build_model(joint, load_kg=load_kg)
        model.initSystem()
        tool = osim.InverseDynamicsTool()
        tool.setModel(model)
        tool.setCoordinatesFileName(str(motion))
        tool.setLowpassCutoffFrequency(-1)
        tool.setStartTime(float(time[0]))
        tool.setEndTime(float(time[-1]))
        tool.setResultsDir(folder)
        tool.setOutputGenForceFileName("moments.sto")
        with silenced():
            finished = tool.run()
        if not finished:
            raise ValueError("OpenSim's InverseDynamicsTool failed")
        table = read_storage(Path(folder) / "moments.sto")
    column = f"{joint.coordinate}_moment"
    if column not in table.columns:
        raise ValueError(f"OpenSim returned {list(table.columns)} instead of {column!r}")
    moment = table[column].to_numpy()
    if len(moment) != len(time) or not np.isfinite(moment).all():
        raise ValueError(f"OpenSim returned {len(moment)} rows for {len(time)} samples, or rows that are not finite")
    return moment
