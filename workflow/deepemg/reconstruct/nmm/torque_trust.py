"""How far a torque by inverse dynamics can be trusted, sample by sample: not where no arm moves or pulls like that.

A slipped sensor or a lost marker makes a fast bump of the angle, and inverse dynamics a torque of it that nobody
exerted. Such samples are weighed down in what the networks read and in the subject fit, with those around them.
"""

from __future__ import annotations

import torch
from torch import Tensor

from deepemg.joint.forward import ForwardModel

FASTEST = 9.0, 2.0  # rad/s: what a curl reaches (of 500 deg/s, Wilkie 1950 at no load 15), and how quickly trust fades
QUICKEST = 60.0, 25.0  # rad/s2: a curl at 1 Hz reaches 40
STRONGEST = 1.25, 0.25  # of what the joint can give at most: lengthening muscles give more
AROUND_S = 0.1  # the filters spread what is wrong


def torque_trust(
    velocity: Tensor, acceleration: Tensor, torque: Tensor, most: tuple[Tensor, Tensor], rate_hz: float
) -> Tensor:
    """Trust (..., T) in 0..1 of velocity (rad/s), acceleration (rad/s2) and torque (N m), all (..., T).

    `most` is the greatest torque (N m) of flexors and of extensors, both positive, and broadcast.
    """
    of_strength = torch.where(torque > 0, torque / most[0], -torque / most[1])
    trust = _fades(velocity.abs(), FASTEST) * _fades(acceleration.abs(), QUICKEST) * _fades(of_strength, STRONGEST)
    width = 2 * round(AROUND_S * rate_hz) + 1
    flat = trust.reshape(-1, 1, trust.shape[-1])
    lowest = -torch.nn.functional.max_pool1d(-flat, width, stride=1, padding=width // 2)
    return lowest.reshape(trust.shape)


def strongest(model: ForwardModel, values: Tensor) -> tuple[Tensor, Tensor]:
    """Greatest torque of all flexors and of all extensors over the angles of a curl, N m, with parameters (P,)."""
    angle = torch.deg2rad(torch.arange(0.0, 131.0, 5.0)).to(values)
    gain = model.torque_terms(angle, torch.zeros_like(angle), values).gain
    return gain.clamp(min=0).sum(-1).amax(), (-gain).clamp(min=0).sum(-1).amax()


def _fades(value: Tensor, limit: tuple[float, float]) -> Tensor:
    """1 up to a limit, then as a Cauchy density: 1/2 one width beyond it."""
    most, width = limit
    return 1 / (1 + ((value - most).clamp(min=0) / width) ** 2)
