"""Hill-type muscle with a compliant tendon: fibre and tendon in equilibrium at every sample.

The fibre takes the velocity of the whole muscle-tendon unit, as with a rigid tendon: what the tendon's own stretching
adds is left out. At rest the equilibrium is exact (it is OpenSim's).
"""

from __future__ import annotations

from types import ModuleType

import torch
from torch import Tensor

from deepemg.joint.curves import de_groote
from deepemg.joint.hill import SHORTEST_LENGTH, HillParameters, fibre_force

HALVINGS = 60  # of the bracket: below the resolution of float64
FLATTEST = 1e-3  # least stiffness of the equilibrium, in F_o / l_o
LONGEST_STRAIN = 0.15  # of the tendon, well beyond what one maximal isometric force gives
SLACKEST = 0.9  # tendon slack lengths; a tendon this short pulls nothing


def compliant_force(
    length: Tensor, velocity: Tensor, activation: Tensor, p: HillParameters, curves: ModuleType = de_groote
) -> tuple[Tensor, Tensor]:
    """Tendon force (N) at `length` (m), `velocity` (m/s) and `activation`, and whether the equilibrium was found.

    All (..., T, n_muscles). Where none exists, the unit is slack: the force is what its tendon gives with the fibre at
    its shortest, mostly nothing, and False. Gradients come from one Newton step at the solution.
    """

    def tendon(along_tendon: Tensor) -> Tensor:
        return p.max_isometric_force * curves.tendon_force((length - along_tendon) / p.tendon_slack_length)

    def excess(along_tendon: Tensor) -> Tensor:
        return tendon(along_tendon) - fibre_force(along_tendon, velocity, p, curves).at(activation)

    with torch.no_grad():
        low = (length - (1 + LONGEST_STRAIN) * p.tendon_slack_length).maximum(SHORTEST_LENGTH * p.optimal_fibre_length)
        high = (length - SLACKEST * p.tendon_slack_length).maximum(low)
        converged = (excess(low) >= 0) & (excess(high) <= 0)
        for _ in range(HALVINGS):
            middle = 0.5 * (low + high)
            stretched = excess(middle) > 0  # the tendon pulls more than the fibre: the fibre is longer
            low, high = torch.where(stretched, middle, low), torch.where(stretched, high, middle)
        solution = 0.5 * (low + high)
    slope = torch.func.grad(lambda along_tendon: excess(along_tendon).sum())(solution)
    flattest = -FLATTEST * p.max_isometric_force / p.optimal_fibre_length  # a slack unit has no slope to divide by
    newton = excess(solution) / slope.detach().minimum(flattest)
    solution = solution - torch.where(converged, newton, torch.zeros_like(newton))
    taut = fibre_force(solution, velocity, p, curves).at(activation)
    return torch.where(converged, taut, tendon(solution).clamp(min=0)), converged
