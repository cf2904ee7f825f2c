"""Inverse dynamics of the pin joint in closed form; beside OpenSim's tool it is a check, and fast."""

from __future__ import annotations

import numpy as np

from deepemg.joint.definition import Skeleton


def joint_moment(
    skeleton: Skeleton, angle: np.ndarray, acceleration: np.ndarray, *, load_kg: float | np.ndarray
) -> np.ndarray:
    """Moment (T,), N m, flexion positive, with the proximal segment fixed.

    tau = I_a qdd - a . (sum(m R r) x g): I_a is the inertia about the (tilted) axis a, R(q) turns the distal segment
    about it, r are the mass centres of segment and load. The load may sit off the segment's long axis.
    """
    axis = np.array(skeleton.axis) / np.linalg.norm(skeleton.axis)
    load = np.asarray(load_kg, dtype=float)
    centre, point = np.array(skeleton.distal.mass_centre), np.array(skeleton.load_point)

    def about_axis(place: np.ndarray) -> float:
        return float(place @ place - (axis @ place) ** 2)

    inertia = (
        axis @ (np.array(skeleton.distal.inertia) * axis)
        + skeleton.distal.mass * about_axis(centre)
        + load * about_axis(point)
    )
    first_moment = skeleton.distal.mass * centre + np.multiply.outer(load, point)
    gravity = np.array(skeleton.gravity)
    along = (first_moment @ axis)[..., None] * axis
    across = np.cross(axis, first_moment)
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = first_moment * cosine + across * sine + along * (1 - cosine)
    return inertia * acceleration - np.cross(turned, gravity) @ axis
