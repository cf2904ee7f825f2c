"""What the prior network sees of a subject, virtual or real: measured signals and what a nominal arm makes of them."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.arm.activation import shape
from deepemg.arm.definition import load_arm
from deepemg.arm.forward import ForwardModel
from deepemg.arm.hill import hill_force
from deepemg.arm.parameters import hill_parameters
from deepemg.reconstruct.registry import TRAINED_ON

ARM = TRAINED_ON["nmm"]  # the muscle slots; a model without brachioradialis leaves its slot empty
SLOTS = load_arm(ARM).muscle_names
FLEXOR = torch.tensor([muscle.action == "flexor" for muscle in load_arm(ARM).muscles])
OFFSET = torch.where(FLEXOR, 0.02, 0.01)  # (M,), keeps logarithms of silent muscles finite
TYPICAL = torch.where(FLEXOR, 0.15, 0.05)  # (M,), level of a muscle without observed neighbours
RATE_HZ = 20.0
N_SHARED, N_MUSCLE = 7, 4  # signals of a sample, and of each muscle in it
N_MECHANICAL, N_MUSCLE_MECHANICAL = 15, 2  # what the nominal arm makes of them
FEATURES = N_SHARED + N_MECHANICAL + len(SLOTS) * (N_MUSCLE + N_MUSCLE_MECHANICAL)


@dataclass(frozen=True)
class Windows:
    """B subjects, K trials, T samples at RATE_HZ, M slots; angles in rad, torque in N m, load in kg.

    angle, velocity, acceleration, torque (B, K, T); torque_known, load (B, K); envelopes (B, K, T, M); observed
    (B, K, M), channels that a trial has; in_model (B, M); size (B,), ratio to the generic lengths; mvc (B,), whether
    envelopes are fractions of MVC.
    """

    angle: Tensor
    velocity: Tensor
    acceleration: Tensor
    torque: Tensor
    torque_known: Tensor
    load: Tensor
    envelopes: Tensor
    observed: Tensor
    in_model: Tensor
    size: Tensor
    mvc: Tensor


class NominalArm:
    """Generic parameters on the generic arm; a subject's size only scales moment arms."""

    def __init__(self) -> None:
        self.model = ForwardModel(load_arm(ARM), rate_hz=RATE_HZ, activation_time_constant_s=0.015, dtype=torch.float32)
        values = self.model.generic()
        self.parameters = hill_parameters(self.model.scheme, values)
        self.nonlinearity = self.model.scheme.read(values, "emg_nonlinearity")

    def terms(self, angle: Tensor, velocity: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
        """Torque per activation and passive torque of each muscle, (B, K, T, M) in N m."""
        length, moment_arm = self.model.geometry(angle)
        force = hill_force(length, -moment_arm * velocity[..., None], self.parameters, self.model.curves)
        scale = moment_arm * size[:, None, None, None]
        return scale * force.active_gain, scale * force.passive


def reference(windows: Windows) -> Tensor:
    """Level (B, K, T, M) that a hidden muscle is compared with: mean of its observed neighbours, or a typical one."""
    seen = windows.observed[:, :, None, :].float()
    same = (FLEXOR[:, None] == FLEXOR[None, :]).float()
    visible = torch.where(seen > 0, windows.envelopes, 0.0)
    count = seen @ same
    return torch.where(count > 0, (visible @ same) / count.clamp(min=1), TYPICAL)


def features(windows: Windows, arm: NominalArm, strength: tuple[Tensor, Tensor]) -> Tensor:
    """Features (B, K, T, FEATURES), each of order one. Nothing that is not observed or known is read.

    `strength` are log ratios to the nominal arm and whether they are known, both (B, 2), of flexors and extensors.
    """
    w = windows
    observed = w.observed[:, :, None, :].float()
    envelope = torch.where(observed > 0, w.envelopes.clamp(0, 1.5), 0.0)
    level = torch.where(observed > 0, torch.log(envelope + OFFSET) + 2, 0.0)
    known = w.torque_known[..., None].float().expand_as(w.angle)
    of_arm, of_muscle_in_arm = _mechanics(w, arm, strength)
    shared = [
        w.angle - 1.0,
        w.velocity / 3,
        w.acceleration / 15,
        (w.load / 3)[..., None],
        torch.where(known > 0, w.torque, 0.0) / 10,
        known,
        w.mvc.float()[:, None, None],
        *of_arm,
    ]
    by_muscle = [observed, w.in_model[:, None, None, :].float(), 4 * envelope, level, *of_muscle_in_arm]
    return torch.cat(
        [
            torch.stack([value.expand_as(w.angle) for value in shared], dim=-1),
            torch.stack([value.expand_as(envelope) for value in by_muscle], dim=-1).flatten(-2),
        ],
        dim=-1,
    )


def _mechanics(w: Windows, arm: NominalArm, strength: tuple[Tensor, Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """What the nominal arm makes of them: N_MECHANICAL features (B, K, T) and N_MUSCLE_MECHANICAL of each muscle."""
    observed, in_model = w.observed[:, :, None, :].float(), w.in_model[:, None, None, :].float()
    known = w.torque_known[..., None].float()
    gain, passive = arm.terms(w.angle, w.velocity, w.size)
    gain, passive = gain * in_model, (passive * in_model).sum(-1)
    torque = torch.where(known > 0, w.torque, 0.0)
    active = torch.where(observed > 0, w.envelopes, reference(w)).clamp(0, 1.5)
    copied = gain * shape(active, arm.nonlinearity)  # as if hidden muscles were like their neighbours
    explained = copied * observed

    log_strength, strength_known = strength
    personal = torch.exp(torch.where(FLEXOR, log_strength[:, :1], log_strength[:, 1:]))[:, None, None]
    flexors, extensors = (gain[..., side].abs().sum(-1) for side in (FLEXOR, ~FLEXOR))
    pull = torch.where(torque > 0, torque / flexors.clamp(min=1), torque / extensors.clamp(min=1))
    shared = [passive / 3, flexors / 50 - 1, extensors / 40 - 1, 4 * pull.clamp(-1, 1)]
    for own in (torch.ones_like(personal), personal):  # nominal, and as strong as contractions tell
        residual = known * (torque - passive - (own * explained).sum(-1))
        free = own * gain.abs() * (1 - observed)
        shared += [
            residual / 10,
            3 * (residual / free[..., FLEXOR].sum(-1).clamp(min=1)).clamp(-0.5, 1.0),
            3 * (-residual / free[..., ~FLEXOR].sum(-1).clamp(min=1)).clamp(-0.5, 1.0),
        ]
    pulled, predicted = (value.clamp(min=0) for value in (known * (torque - passive), (personal * copied).sum(-1)))
    slope = ((pulled * predicted).sum(-1) + 1) / (predicted.square().sum(-1) + 1)  # 1 where neighbours tell the level
    shared += [known * torch.log(slope).clamp(-2, 2)[..., None]]
    shared += [2 * log_strength[:, side, None, None] for side in (0, 1)]
    shared += [strength_known[:, side, None, None].float() for side in (0, 1)]
    return shared, [gain / 15, explained / 5]


def mechanical() -> Tensor:
    """Which features (FEATURES,) come from the nominal arm."""
    shared = torch.arange(N_SHARED + N_MECHANICAL) >= N_SHARED
    muscle = torch.arange(N_MUSCLE + N_MUSCLE_MECHANICAL) >= N_MUSCLE
    return torch.cat([shared, muscle.repeat(len(SLOTS))])


def log_ratio(excitation: Tensor, reference: Tensor) -> Tensor:
    """What the network estimates: excitations (..., M) on a scale around their reference."""
    return torch.log((excitation + OFFSET) / (reference + OFFSET)).clamp(-4, 4)
