"""Subjects as the networks read them: signals on a common clock, muscles in slots."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.reconstruct.nmm.slots import FLEXOR

TYPICAL = torch.where(FLEXOR, 0.15, 0.05)  # (M,), level of a muscle without observed neighbours


@dataclass(frozen=True)
class Windows:
    """B subjects, K trials, T samples at RATE_HZ, M slots; angles in rad, torque in N m, load in kg.

    angle, velocity, acceleration, torque (B, K, T); torque_known, load, pronated (B, K), the last of the forearm;
    envelopes (B, K, T, M); observed (B, K, M), channels that a trial has; in_model (B, M); size (B,), ratio to the
    generic lengths; is_mvc (B,), whether the reference of the envelopes is MVC.
    """

    angle: Tensor
    velocity: Tensor
    acceleration: Tensor
    torque: Tensor
    torque_known: Tensor
    load: Tensor
    pronated: Tensor
    envelopes: Tensor
    observed: Tensor
    in_model: Tensor
    size: Tensor
    is_mvc: Tensor


def neighbour_level(windows: Windows) -> Tensor:
    """Level (B, K, T, M) that a hidden muscle is compared with: mean of its observed neighbours, or a typical one."""
    seen = windows.observed[:, :, None, :].float()
    same = (FLEXOR[:, None] == FLEXOR[None, :]).float()
    visible = torch.where(seen > 0, windows.envelopes, 0.0)
    count = seen @ same
    return torch.where(count > 0, (visible @ same) / count.clamp(min=1), TYPICAL)
