"""Which muscles torque cannot tell apart: those whose moment arms rise and fall together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel

ALIKE = 0.999  # cosine of two moment arms over the angles of the length table


def indistinguishable(joint: Joint, observed: Sequence[str]) -> dict[str, list[str]]:
    """By muscle that is not observed, the observed ones of the same action that torque cannot tell it from.

    The cosine between two moment arms over all angles is above ALIKE: what one muscle pulls more, the other may pull
    less, at every angle. Muscles without such a double are left out.
    """
    model = ForwardModel(joint, rate_hz=1.0)
    low, high = np.deg2rad(joint.length_angles_deg[[0, -1]])
    _, moment_arm = model.geometry(torch.linspace(low, high, 131, dtype=torch.float64))
    unit = moment_arm / moment_arm.norm(dim=0)
    alike = (unit.T @ unit > ALIKE).numpy()
    names, found = joint.muscle_names, {}
    for row, muscle in enumerate(names):
        doubles = [name for column, name in enumerate(names) if alike[row, column] and name in observed]
        if muscle not in observed and doubles:
            found[muscle] = doubles
    return found


def labelled_doubles(joint: Joint, channels: Sequence[str]) -> dict[str, list[str]]:
    """`indistinguishable` by the labels of the muscles; `channels` record muscles or groups of heads."""
    observed = [muscle for name in channels for muscle in joint.members(name)]
    found = indistinguishable(joint, observed)
    return {joint.muscle(name).label: [joint.muscle(other).label for other in same] for name, same in found.items()}
