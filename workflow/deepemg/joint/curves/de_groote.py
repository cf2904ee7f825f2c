"""Curves of De Groote, Kinney, Rao and Fregly (2016), with the constants that OpenSim uses."""

from __future__ import annotations

import math

import torch
from torch import Tensor

# Columns: height, centre, width at zero length, width per length of the three Gaussians.
ACTIVE = (
    (0.8150671134243542, 1.055033428970575, 0.162384573599574, 0.063303448465465),
    (0.433004984392647, 0.716775413397760, -0.029947116970696, 0.200356847296188),
    (0.1, 1.0, 0.5 * math.sqrt(0.5), 0.0),
)
VELOCITY = (-0.3211346127989808, -8.149, -0.374, 0.8825327733249912)
PASSIVE_SHAPE = 4.0
PASSIVE_STRAIN = 0.6
SHORTEST_LENGTH = 0.2  # where the passive force is zero
TENDON = (0.200, 1.0, 0.200)
TENDON_STRAIN = 0.049  # at one maximal isometric force


def active_force_length(length: Tensor) -> Tensor:
    """Three Gaussians."""
    parts = [
        height * torch.exp(-0.5 * ((length - centre) / (width + slope * length)) ** 2)
        for height, centre, width, slope in ACTIVE
    ]
    return parts[0] + parts[1] + parts[2]


def force_velocity(velocity: Tensor) -> Tensor:
    """Inverse hyperbolic sine."""
    d1, d2, d3, d4 = VELOCITY
    return d1 * torch.asinh(d2 * velocity + d3) + d4


def passive_force_length(length: Tensor) -> Tensor:
    """Exponential; zero at the shortest length."""
    offset = math.exp(PASSIVE_SHAPE * (SHORTEST_LENGTH - 1) / PASSIVE_STRAIN)
    return (torch.exp(PASSIVE_SHAPE * (length - 1) / PASSIVE_STRAIN) - offset) / (math.exp(PASSIVE_SHAPE) - offset)


def tendon_force(length: Tensor) -> Tensor:
    """Exponential; one at the strain of one maximal isometric force, zero at slack length."""
    c1, c2, c3 = TENDON
    stiffness = math.log((1 + c3) / c1) / (1 + TENDON_STRAIN - c2)
    return c1 * torch.exp(stiffness * (length - c2)) - c3
