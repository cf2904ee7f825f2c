"""How much a joint can give at most: an upper bound by muscle forces and moment arms alone."""

from __future__ import annotations

import numpy as np

from deepemg.joint.definition import Joint


def greatest_moment(joint: Joint) -> float:
    """Greatest moment (N m) of either muscle group at any angle, all fibres at their best length."""
    angles = np.deg2rad(joint.length_angles_deg)
    arms = np.abs(np.gradient(joint.lengths, angles, axis=0))
    sides = []
    for action in ("flexor", "extensor"):
        own = [place for place, muscle in enumerate(joint.muscles) if muscle.action == action]
        forces = np.array([joint.muscles[place].max_isometric_force for place in own])
        sides.append(float((arms[:, own] @ forces).max()))
    return max(sides)
