"""What the networks see of a subject, virtual or real: measured signals and what a nominal joint makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.joint.activation_curve import activation_curve
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.slots import FLEXOR, RATE_HZ, SLOTS
from deepemg.reconstruct.nmm.target import OFFSET
from deepemg.reconstruct.nmm.torque_trust import torque_trust
from deepemg.reconstruct.nmm.windows import Windows, neighbour_level


@dataclass(frozen=True)
class Feature:
    """A feature, of order one: times * value / over + shift. `mechanical` ones come from the nominal joint."""

    name: str
    over: float = 1.0
    times: float = 1.0
    shift: float = 0.0
    mechanical: bool = False

    def scaled(self, value: Tensor) -> Tensor:
        """The feature of a value in its own unit."""
        return self.times * value / self.over + self.shift


SHARED = (  # of a sample
    Feature("angle", shift=-1.0),
    Feature("velocity", over=3),
    Feature("acceleration", over=15),
    Feature("load", over=3),
    Feature("torque", over=10),
    Feature("torque known"),  # as far as it can be trusted
    Feature("reference is MVC"),
    Feature("forearm pronated"),
    Feature("passive torque", over=3, mechanical=True),
    Feature("capacity of the flexors", over=50, shift=-1.0, mechanical=True),
    Feature("capacity of the extensors", over=40, shift=-1.0, mechanical=True),
    Feature("torque over capacity", times=4, mechanical=True),
    Feature("torque left", over=10, mechanical=True),
    Feature("torque left over hidden flexors", times=3, mechanical=True),
    Feature("torque left over hidden extensors", times=3, mechanical=True),
    Feature("torque left, as strong as contractions tell", over=10, mechanical=True),
    Feature("torque left over hidden flexors, as strong as contractions tell", times=3, mechanical=True),
    Feature("torque left over hidden extensors, as strong as contractions tell", times=3, mechanical=True),
    Feature("torque over what neighbours would give", mechanical=True),
    Feature("strength of the flexors", times=2, mechanical=True),
    Feature("strength of the extensors", times=2, mechanical=True),
    Feature("strength of the flexors known", mechanical=True),
    Feature("strength of the extensors known", mechanical=True),
)
OF_MUSCLE = (  # of each muscle in a sample
    Feature("observed"),
    Feature("in the model"),
    Feature("envelope", times=4),
    Feature("logarithm of the envelope"),
    Feature("torque per activation", over=15, mechanical=True),
    Feature("torque explained", over=5, mechanical=True),
)
NAMES = tuple(f.name for f in SHARED) + tuple(f"{muscle} {f.name}" for muscle in SLOTS for f in OF_MUSCLE)


def mechanical() -> Tensor:
    """Which features (len(NAMES),) come from the nominal joint."""
    own = torch.tensor([feature.mechanical for feature in OF_MUSCLE])
    return torch.cat([torch.tensor([feature.mechanical for feature in SHARED]), own.repeat(len(SLOTS))])


def features(windows: Windows, nominal: NominalJoint, strength: tuple[Tensor, Tensor]) -> Tensor:
    """Features (B, K, T, len(NAMES)), each of order one. Nothing that is not observed or known is read.

    `strength` are log ratios to the nominal joint and whether they are known, both (B, 2), of flexors and extensors.
    """
    w = windows
    observed = w.observed[:, :, None, :].float()
    envelope = torch.where(observed > 0, w.envelopes.clamp(0, 1.5), 0.0)
    level = torch.where(observed > 0, torch.log(envelope + OFFSET) + 2, 0.0)
    known = trusted(w, nominal, strength[0])
    of_joint, of_muscle_in_joint = _mechanics(w, nominal, strength, known)
    shared = [
        w.angle,
        w.velocity,
        w.acceleration,
        w.load[..., None],
        torch.where(known > 0, known * w.torque, 0.0),
        known,
        w.is_mvc.float()[:, None, None],
        w.pronated.float()[..., None],
        *of_joint,
    ]
    by_muscle = [observed, w.in_model[:, None, None, :].float(), envelope, level, *of_muscle_in_joint]
    return torch.cat(
        [
            torch.stack([f.scaled(v).expand_as(w.angle) for f, v in zip(SHARED, shared, strict=True)], dim=-1),
            torch.stack(
                [f.scaled(v).expand_as(envelope) for f, v in zip(OF_MUSCLE, by_muscle, strict=True)], dim=-1
            ).flatten(-2),
        ],
        dim=-1,
    )


def trusted(windows: Windows, nominal: NominalJoint, log_strength: Tensor) -> Tensor:
    """How far the torque of each sample (B, K, T) may be read, 0..1: not where unknown, hardly where no arm has it."""
    w = windows
    strongest = nominal.strongest * torch.exp(log_strength)  # (B, 2)
    most = strongest[:, 0, None, None], strongest[:, 1, None, None]
    trust = torque_trust(w.velocity, w.acceleration, w.torque, most, RATE_HZ)
    return w.torque_known[..., None].float() * trust


def _mechanics(
    w: Windows, nominal: NominalJoint, strength: tuple[Tensor, Tensor], known: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """What the nominal joint makes of them: the mechanical features (B, K, T), and those of each muscle."""
    observed, in_model = w.observed[:, :, None, :].float(), w.in_model[:, None, None, :].float()
    gain, passive = nominal.terms(w.angle, w.velocity, w.size)
    gain, passive = gain * in_model, (passive * in_model).sum(-1)
    torque = torch.where(known > 0, w.torque, 0.0)
    active = torch.where(observed > 0, w.envelopes, neighbour_level(w)).clamp(0, 1.5)
    copied = gain * activation_curve(active, nominal.nonlinearity)  # as if hidden muscles were like their neighbours
    explained = copied * observed

    log_strength, strength_known = strength
    personal = torch.exp(torch.where(FLEXOR, log_strength[:, :1], log_strength[:, 1:]))[:, None, None]
    flexors, extensors = (gain[..., side].abs().sum(-1) for side in (FLEXOR, ~FLEXOR))
    pull = known * torque / torch.where(torque > 0, flexors, extensors).clamp(min=1)
    shared = [passive, flexors, extensors, pull.clamp(-1, 1)]
    for own in (torch.ones_like(personal), personal):  # nominal, and as strong as contractions tell
        residual = known * (torque - passive - (own * explained).sum(-1))
        free = own * gain.abs() * (1 - observed)
        shared += [
            residual,
            (residual / free[..., FLEXOR].sum(-1).clamp(min=1)).clamp(-0.5, 1.0),
            (-residual / free[..., ~FLEXOR].sum(-1).clamp(min=1)).clamp(-0.5, 1.0),
        ]
    pulled, predicted = (value.clamp(min=0) for value in (known * (torque - passive), (personal * copied).sum(-1)))
    slope = ((pulled * predicted).sum(-1) + 1) / (predicted.square().sum(-1) + 1)  # 1 where neighbours tell the level
    shared += [known * torch.log(slope).clamp(-2, 2)[..., None]]
    shared += [log_strength[:, side, None, None] for side in (0, 1)]
    shared += [strength_known[:, side, None, None].float() for side in (0, 1)]
    return shared, [gain, explained]
