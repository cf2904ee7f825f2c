"""Curves of Thelen (2003), with arm26's constants; the force-velocity curve is that of full activation.

In the original, velocity depends on activation too. Here the active force stays proportional to activation, as in the
other sets.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

ACTIVE_WIDTH = 0.5
PASSIVE_SHAPE = 4.0
PASSIVE_STRAIN = 0.6
HILL_SHAPE = 0.3
ECCENTRIC_PLATEAU = 1.8
TENDON_STRAIN = 0.033  # at one maximal isometric force
TENDON_TOE_SHAPE = 3.0
TENDON_TOE_FORCE = 0.33


def active_force_length(length: Tensor) -> Tensor:
    """Gaussian."""
    return torch.exp(-((length - 1) ** 2) / ACTIVE_WIDTH)


def force_velocity(velocity: Tensor) -> Tensor:
    """Hill's hyperbola while shortening, a mirrored one up to the plateau while lengthening; never negative."""
    shortening = velocity.clamp(-1, 0)
    lengthening = velocity.clamp(min=0)
    gain = (2 + 2 / HILL_SHAPE) / (ECCENTRIC_PLATEAU - 1)
    concentric = (1 + shortening) / (1 - shortening / HILL_SHAPE)
    eccentric = (1 + gain * ECCENTRIC_PLATEAU * lengthening) / (1 + gain * lengthening)
    return torch.where(velocity < 0, concentric, eccentric)


def passive_force_length(length: Tensor) -> Tensor:
    """Exponential above optimal length, zero below."""
    strain = (length - 1).clamp(min=0)
    return torch.expm1(PASSIVE_SHAPE * strain / PASSIVE_STRAIN) / math.expm1(PASSIVE_SHAPE)


def tendon_force(length: Tensor) -> Tensor:
    """Exponential toe, then a straight line; zero below slack length."""
    toe_strain = 0.99 * TENDON_STRAIN * math.e**3 / (1.66 * math.e**3 - 0.67)
    slope = (1 - TENDON_TOE_FORCE) / (TENDON_STRAIN - toe_strain)
    strain = (length - 1).clamp(min=0)
    toe = torch.expm1(TENDON_TOE_SHAPE * strain.clamp(max=toe_strain) / toe_strain) / math.expm1(TENDON_TOE_SHAPE)
    return torch.where(strain < toe_strain, TENDON_TOE_FORCE * toe, slope * (strain - toe_strain) + TENDON_TOE_FORCE)
