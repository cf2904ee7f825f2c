"""How strong a subject is beside the nominal joint, as far as contractions with measured torque tell."""

from __future__ import annotations

import torch
from torch import Tensor

from deepemg.joint.activation_curve import activation_curve
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.slots import FLEXOR
from deepemg.reconstruct.nmm.windows import Windows, neighbour_level

LEAST_TORQUE = 1.0  # N m of the nominal joint; a weaker contraction tells nothing
LARGEST = 1.2  # log ratio


def log_strength(still: Windows, present: Tensor, nominal: NominalJoint) -> tuple[Tensor, Tensor]:
    """Log ratio (B, 2) of measured to nominal torque of flexors and extensors, and whether it is known (B, 2).

    Of contractions `still` (B, C, 1) that are `present` (B, C); hidden muscles are taken to be as active as their
    observed neighbours, and muscles without any to be as active as in a maximal contraction of their own.
    """
    gain, passive = nominal.terms(still.angle, still.velocity, still.size)
    in_model = still.in_model[:, None, None, :].float()
    seen = still.observed[:, :, None, :]
    active = torch.where(seen, still.envelopes, neighbour_level(still))
    expected = gain * activation_curve(active.clamp(0, 1.5), nominal.nonlinearity) * in_model
    passive = (passive * in_model).sum(-1)
    ratios, known = [], []
    for side, sign in ((FLEXOR, 1.0), (~FLEXOR, -1.0)):
        own, other = sign * expected[..., side].sum(-1), sign * expected[..., ~side].sum(-1)
        net = sign * (still.torque - passive)
        pulled = net - other
        tells = present & still.torque_known & (net[..., 0] > LEAST_TORQUE) & (own[..., 0] > LEAST_TORQUE)
        tells &= (still.observed & side).any(-1) & ~still.pronated
        weight = torch.where(tells, own[..., 0], 0.0)
        ratio = (weight * torch.where(tells, pulled[..., 0] / own[..., 0].clamp(min=LEAST_TORQUE), 0.0)).sum(-1)
        total = weight.sum(-1)
        known.append(total > 0)
        ratios.append(torch.where(total > 0, torch.log((ratio / total.clamp(min=1e-6)).clamp(min=1e-3)), 0.0))
    return torch.stack(ratios, -1).clamp(-LARGEST, LARGEST), torch.stack(known, -1)
