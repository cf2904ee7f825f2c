"""Training examples: virtual subjects as the networks see them, and the targets that they shall estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from deepemg.pretrain.masks import draw_masks
from deepemg.pretrain.virtual.draws import Draws
from deepemg.pretrain.virtual.simulate import VirtualSubjects, simulate
from deepemg.reconstruct.nmm.density_estimator import SAMPLES
from deepemg.reconstruct.nmm.features import features
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.strength import log_strength
from deepemg.reconstruct.nmm.target import to_target
from deepemg.reconstruct.nmm.windows import Windows, neighbour_level


@dataclass(frozen=True)
class Examples:
    """movements, still, moving, present, target and counts (B, N) as the network takes and gives them."""

    movements: Tensor
    still: Tensor
    moving: Tensor
    present: Tensor
    target: Tensor
    counts: Tensor

    def rows(self, rows: slice) -> Examples:
        """Some of the subjects."""
        return Examples(*(value[rows] for value in vars(self).values()))

    def to(self, device: str) -> Examples:
        """The same on another device."""
        return Examples(*(value.to(device) for value in vars(self).values()))


def windows_of_virtual_movements(subjects: VirtualSubjects, observed: Tensor, torque_known: Tensor) -> Windows:
    """What is seen of the movements with `observed` (B, K, M) channels and `torque_known` (B, K)."""
    v = subjects
    return Windows(
        angle=v.angle,
        velocity=v.velocity,
        acceleration=v.acceleration,
        torque=v.torque,
        torque_known=torque_known,
        load=v.load,
        pronated=torch.zeros_like(torque_known),
        envelopes=v.envelopes,
        observed=observed,
        in_model=v.in_model,
        size=v.size,
        is_mvc=v.is_mvc,
    )


def windows_of_virtual_contractions(subjects: VirtualSubjects, observed: Tensor) -> Windows:
    """What is seen of the isometric contractions: trials of one sample at rest."""
    v = subjects.isometric
    angle = v.angle[..., None]
    still = torch.zeros_like(angle)
    return Windows(
        angle=angle,
        velocity=still,
        acceleration=still,
        torque=v.torque[..., None],
        torque_known=v.torque_known,
        load=torch.zeros_like(v.angle),
        pronated=v.pronated,
        envelopes=v.envelopes[:, :, None],
        observed=observed[:, None].expand_as(v.envelopes),
        in_model=subjects.in_model,
        size=subjects.size,
        is_mvc=subjects.is_mvc,
    )


def make_examples(
    draws: Draws,
    count: int,
    trials: int,
    samples: int,
    *,
    assumptions: dict[str, Any],
    masks: dict[str, float],
    nominal: NominalJoint,
) -> Examples:
    """New virtual subjects with one curve set, their channels and torques masked at random."""
    names, shares = list(assumptions["curves"]), torch.tensor(list(assumptions["curves"].values()))
    curves = names[int(torch.multinomial(shares, 1, generator=draws.generator))]
    seed = int(torch.randint(2**31, (1,), generator=draws.generator))
    v = simulate(seed, subjects=count, trials=trials, samples=samples, curves=curves, assumptions=assumptions)
    observed, known = draw_masks(draws, v.in_model, trials, masks)
    windows = windows_of_virtual_movements(v, observed, known)
    resting = windows_of_virtual_contractions(v, observed.any(1))
    strength = log_strength(resting, v.isometric.present, nominal)
    ratios = to_target(v.excitations, neighbour_level(windows))
    hidden = (v.in_model[:, None] & ~observed)[:, :, None].expand_as(ratios)
    scale = ParameterScale()
    modelled = modelled_parameters(scale, v.in_model)
    return Examples(
        movements=features(windows, nominal, strength),
        still=features(resting, nominal, strength)[:, :, 0],
        moving=torch.ones(count, trials, samples // SAMPLES, dtype=torch.bool),
        present=v.isometric.present,
        target=torch.cat([ratios.flatten(1), scale.deviation(v.parameters).clamp(-4, 4)], dim=1),
        counts=torch.cat([hidden.flatten(1), modelled], dim=1),
    )


def modelled_parameters(scale: ParameterScale, in_model: Tensor) -> Tensor:
    """Which parameters (B, P) belong to muscles of the subject's model, or to all."""
    muscles = scale.scheme.muscles
    slots = list(dict.fromkeys(muscles))
    place = torch.tensor([slots.index(name) for name in muscles])
    everyone = torch.ones(len(in_model), 1, dtype=torch.bool)
    return torch.cat([in_model, everyone], dim=1)[:, place]
