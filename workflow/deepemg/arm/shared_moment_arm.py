"""Which muscles torque cannot tell apart: those whose moment arms rise and fall together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from deepemg.arm.definition import Arm
from deepemg.arm.forward import ForwardModel

ALIKE = 0.999  # cosine of two moment arms over the angles of the length table


def indistinguishable(arm: Arm, observed: Sequence[str]) -> dict[str, list[str]]:
    """By muscle that is not observed, the observed ones of the same action that torque cannot tell it from.

    The cosine between two moment arms over all angles is above ALIKE: what one muscle pulls more, the other may pull
    less, at every angle. Muscles without such a double are left out.
    """
    model = ForwardModel(arm, rate_hz=1.0, activation_time_constant_s=0.015)
    low, high = np.deg2rad(arm.length_angles_deg[[0, -1]])
    _, moment_arm = model.geometry(torch.linspace(low, high, 131, dtype=torch.float64))
    unit = moment_arm / moment_arm.norm(dim=0)
    alike = (unit.T @ unit > ALIKE).numpy()
    names, found = arm.muscle_names, {}
    for row, muscle in enumerate(names):
        doubles = [name for column, name in enumerate(names) if alike[row, column] and name in observed]
        if muscle not in observed and doubles:
            found[muscle] = doubles
    return found


def labelled_doubles(arm: Arm, channels: Sequence[str]) -> dict[str, list[str]]:
    """`indistinguishable` by the labels of the muscles; `channels` record muscles or groups of heads."""
    observed = [muscle for name in channels for muscle in arm.members(name)]
    found = indistinguishable(arm, observed)
    return {arm.muscle(name).label: [arm.muscle(other).label for other in same] for name, same in found.items()}
