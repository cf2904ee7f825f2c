"""Inverse dynamics of the pin-jointed arm in closed form; beside OpenSim's tool it is a check, and fast."""

from __future__ import annotations

import numpy as np

from deepemg.arm.definition import Skeleton


def elbow_moment(
    skeleton: Skeleton, angle: np.ndarray, acceleration: np.ndarray, *, load_kg: float | np.ndarray
) -> np.ndarray:
    """Elbow moment (T,), N m, flexion positive, with the upper arm hanging still.

    tau = I_a qdd - a . (sum(m R r) x g): I_a is the inertia about the tilted elbow axis a, R(q) turns the forearm about
    it, r are the mass centres of forearm and load. The load sits at the grip, off the long axis of the forearm.
    """
    axis = np.array(skeleton.elbow_axis) / np.linalg.norm(skeleton.elbow_axis)
    load = np.asarray(load_kg, dtype=float)
    centre, grip = np.array(skeleton.forearm.mass_centre), np.array(skeleton.grip)

    def about_axis(point: np.ndarray) -> float:
        return float(point @ point - (axis @ point) ** 2)

    inertia = (
        axis @ (np.array(skeleton.forearm.inertia) * axis)
        + skeleton.forearm.mass * about_axis(centre)
        + load * about_axis(grip)
    )
    first_moment = skeleton.forearm.mass * centre + np.multiply.outer(load, grip)
    gravity = np.array(skeleton.gravity)
    along = (first_moment @ axis)[..., None] * axis
    across = np.cross(axis, first_moment)
    cosine, sine = np.cos(angle)[:, None], np.sin(angle)[:, None]
    turned = first_moment * cosine + across * sine + along * (1 - cosine)
    return inertia * acceleration - np.cross(turned, gravity) @ axis
