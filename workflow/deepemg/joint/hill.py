"""Hill-type muscle with pennation at constant height; the tendon is rigid (see compliant.py for the other case)."""

from __future__ import annotations

from dataclasses import dataclass
from types import ModuleType

import torch
from torch import Tensor

from deepemg.joint.curves import de_groote

SHORTEST_LENGTH = 0.2  # optimal fibre lengths; no curve set is meant for shorter fibres


@dataclass(frozen=True)
class HillParameters:
    """Per muscle, each (..., n_muscles): N, m, m, rad, optimal fibre lengths per second."""

    max_isometric_force: Tensor
    optimal_fibre_length: Tensor
    tendon_slack_length: Tensor
    pennation: Tensor
    max_contraction_velocity: Tensor


@dataclass(frozen=True)
class HillForce:
    """Tendon force = active_gain * activation + passive, each (..., T, n_muscles) in N."""

    active_gain: Tensor
    passive: Tensor

    def at(self, activation: Tensor) -> Tensor:
        """Tendon force (..., T, n_muscles), N, at activations (..., T, n_muscles) in 0..1."""
        return self.active_gain * activation + self.passive


def fibre_force(along_tendon: Tensor, velocity: Tensor, p: HillParameters, curves: ModuleType = de_groote) -> HillForce:
    """Force along the tendon of fibres whose length along it is `along_tendon` (m), changing at `velocity` (m/s).

    Both are (..., n_muscles); the parameters scalars or (n_muscles,).
    """
    height = p.optimal_fibre_length * torch.sin(p.pennation)
    fibre = torch.sqrt(along_tendon**2 + height**2)
    cosine = along_tendon / fibre
    normalised_length = fibre / p.optimal_fibre_length
    normalised_velocity = velocity * cosine / (p.max_contraction_velocity * p.optimal_fibre_length)
    scale = p.max_isometric_force * cosine
    gain = curves.active_force_length(normalised_length) * curves.force_velocity(normalised_velocity)
    return HillForce(active_gain=scale * gain, passive=scale * curves.passive_force_length(normalised_length))


def hill_force(length: Tensor, velocity: Tensor, p: HillParameters, curves: ModuleType = de_groote) -> HillForce:
    """Force of a muscle-tendon unit of `length` (m) that lengthens at `velocity` (m/s), both (..., T, n_muscles).

    Fibres shorter than the curves know are held at that length by a soft limit, so that gradients stay finite.
    """
    along_tendon = length - p.tendon_slack_length
    shortest = SHORTEST_LENGTH * p.optimal_fibre_length
    along_tendon = shortest + torch.nn.functional.softplus((along_tendon - shortest) / shortest, beta=50) * shortest
    return fibre_force(along_tendon, velocity, p, curves)
