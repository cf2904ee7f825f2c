"""A joint of one person: lengths, moment arms, masses and muscle parameters out of an OpenSim model scaled to them.

What a model cannot say stays that of the generic joint: its axis, where a load hangs, and the postures.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from deepemg.joint.definition import Joint, Muscle
from deepemg.joint.opensim import import_opensim, silenced

SIDES = ("", "_r", "_l", "_R", "_L")
PARAMETERS = {  # of a Muscle, and what OpenSim calls it
    "max_isometric_force": "max_isometric_force",
    "optimal_fibre_length": "optimal_fiber_length",
    "tendon_slack_length": "tendon_slack_length",
    "pennation": "pennation_angle_at_optimal",
    "max_contraction_velocity": "max_contraction_velocity",
}


def read_personal(path: Path, generic: Joint) -> dict[str, Any]:
    """What a model says of the joint, as plain data for `personalise`.

    lengths (K, n_muscles) in m at the angles of the joint's own table; muscles: their parameters; distal: mass (kg),
    distance (m) of its centre from the joint's axis and inertia (kg m2) about it. Raises ValueError where the file is
    no model, or lacks the coordinate or a muscle of the joint.
    """
    osim = import_opensim()
    try:
        with silenced():
            model = osim.Model(str(path))
            state = model.initSystem()
    except Exception as error:  # whatever OpenSim finds in a broken file
        raise ValueError(f"{path}: no OpenSim model ({str(error).strip().splitlines()[0][:100]})") from None
    coordinate = _named(model.getCoordinateSet(), generic.coordinate, path, "coordinate")
    muscles = [_named(model.getMuscles(), muscle.name, path, "muscle") for muscle in generic.muscles]
    coordinate.set_clamped(False)
    state = model.initSystem()
    coordinate.setLocked(state, False)
    lengths = []
    for angle in np.deg2rad(generic.length_angles_deg):
        coordinate.setValue(state, float(angle), True)
        model.realizePosition(state)
        lengths.append([float(muscle.getLength(state)) for muscle in muscles])
    coordinate.setValue(state, 0.0, True)
    model.realizePosition(state)
    return {
        "lengths": lengths,
        "muscles": {
            generic.muscles[place].name: {
                own: float(getattr(muscle, f"get_{theirs}")()) for own, theirs in PARAMETERS.items()
            }
            for place, muscle in enumerate(muscles)
        },
        "distal": _distal(osim, model, state, coordinate),
    }


def _named(objects: Any, name: str, path: Path, kind: str) -> Any:
    """The object of this name, with or without a side behind it."""
    known = [objects.get(place).getName() for place in range(objects.getSize())]
    for side in SIDES:
        if name + side in known:
            return objects.get(name + side)
    raise ValueError(f"{path}: no {kind} {name} (with or without _r, _l); there are {', '.join(known)}")


def _distal(osim: Any, model: Any, state: Any, coordinate: Any) -> dict[str, float]:
    """Mass, distance of its centre from the joint's axis, and inertia about it, of all bodies beyond the joint."""
    joint = coordinate.getJoint()
    frame = joint.getChildFrame()
    origin = np.array([frame.getPositionInGround(state).get(i) for i in range(3)])
    axis = _axis(model, state, coordinate)
    mass, moment, inertia = 0.0, np.zeros(3), 0.0
    for body in _beyond(model, joint):
        own = float(body.getMass())
        centre = np.array([body.findStationLocationInGround(state, body.getMassCenter()).get(i) for i in range(3)])
        arm = centre - origin
        across = arm - axis * (arm @ axis)
        turn = body.getTransformInGround(state).R().asMat33()
        rotation = np.array([[turn.get(row, column) for column in range(3)] for row in range(3)])
        xx, yy, zz, xy, xz, yz = (float(body.get_inertia().get(place)) for place in range(6))
        local = np.array([[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]])
        inertia += own * float(across @ across) + float(axis @ rotation @ local @ rotation.T @ axis)
        mass, moment = mass + own, moment + own * across
    return {"mass": mass, "distance": float(np.linalg.norm(moment)) / mass if mass else 0.0, "inertia": inertia}


def _axis(model: Any, state: Any, coordinate: Any, step: float = 1e-3) -> np.ndarray:
    """Unit vector (ground) about which the child turns, by a small turn of it."""
    frame = coordinate.getJoint().getChildFrame()

    def rotation(angle: float) -> np.ndarray:
        coordinate.setValue(state, angle, True)
        model.realizePosition(state)
        turn = frame.getTransformInGround(state).R().asMat33()
        return np.array([[turn.get(row, column) for column in range(3)] for row in range(3)])

    turned = rotation(step) @ rotation(0.0).T
    vector = np.array([turned[2, 1] - turned[1, 2], turned[0, 2] - turned[2, 0], turned[1, 0] - turned[0, 1]])
    return vector / np.linalg.norm(vector)


def _beyond(model: Any, joint: Any) -> list[Any]:
    """Bodies that move with the joint's child."""
    joints = [model.getJointSet().get(place) for place in range(model.getJointSet().getSize())]
    found = {joint.getChildFrame().findBaseFrame().getName()}
    grown = True
    while grown:
        new = {j.getChildFrame().findBaseFrame().getName() for j in joints
               if j.getParentFrame().findBaseFrame().getName() in found} - found  # fmt: skip
        found, grown = found | new, bool(new)
    bodies = [model.getBodySet().get(place) for place in range(model.getBodySet().getSize())]
    return [body for body in bodies if body.getName() in found]


def personalise(generic: Joint, personal: dict[str, Any]) -> Joint:
    """The generic joint with what `read_personal` found; muscle paths come from its table alone.

    `personal` may hold distal_length (m), measured on the person: the load then hangs that much farther out, or else by
    the ratio of moment arms.
    """
    lengths = np.array(personal["lengths"], dtype=float)
    arms = [
        np.abs(np.gradient(table, np.deg2rad(generic.length_angles_deg), axis=0))
        for table in (lengths, generic.lengths)
    ]
    size = float(np.mean(arms[0]) / np.mean(arms[1]))
    skeleton, distal = generic.skeleton, personal["distal"]
    reach = personal["distal_length"] / skeleton.distal.length if "distal_length" in personal else size
    muscles = tuple(_with(muscle, personal["muscles"][muscle.name]) for muscle in generic.muscles)
    segment = skeleton.distal
    if distal["mass"] > 0:
        segment = _with_mass(skeleton, distal)
    return replace(
        generic,
        muscles=muscles,
        wraps=(),
        lengths=lengths,
        skeleton=replace(
            skeleton,
            distal=replace(segment, length=reach * segment.length),
            load_point=tuple(reach * place for place in skeleton.load_point),
        ),
        scaling={"proximal": size, "distal": size, "distal_mass": distal["mass"]},
        personal=personal,
    )


def _with(muscle: Muscle, parameters: dict[str, float]) -> Muscle:
    return replace(muscle, path=(), wraps=(), **parameters)  # type: ignore[arg-type]


def _with_mass(skeleton: Any, distal: dict[str, float]) -> Any:
    """The distal segment with the model's mass, centre and inertia about the axis; directions stay the generic ones."""
    segment, axis = skeleton.distal, np.array(skeleton.axis) / np.linalg.norm(skeleton.axis)
    centre = np.array(segment.mass_centre)
    across = centre - axis * (centre @ axis)
    centre = centre * distal["distance"] / float(np.linalg.norm(across))
    own = max(distal["inertia"] - distal["mass"] * distal["distance"] ** 2, 1e-6)
    about_axis = float(axis @ (np.array(segment.inertia) * axis))
    inertia = np.array(segment.inertia) * own / about_axis
    return replace(segment, mass=distal["mass"], mass_centre=tuple(centre.tolist()), inertia=tuple(inertia.tolist()))
