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

ARM = "elbow7"  # the muscle slots; a model without brachioradialis leaves its slot empty
SLOTS = load_arm(ARM).muscle_names
FLEXOR = torch.tensor([muscle.action == "flexor" for muscle in load_arm(ARM).muscles])
OFFSET = torch.where(FLEXOR, 0.02, 0.01)  # (M,), keeps logarithms of silent muscles finite
TYPICAL = torch.where(FLEXOR, 0.15, 0.05)  # (M,), level of a muscle without observed neighbours
RATE_HZ = 20.0
N_SHARED, N_MUSCLE = 14, 6  # features of a sample, and of each muscle in it


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


def features(windows: Windows, arm: NominalArm) -> Tensor:
    """Features (B, K, T, N_SHARED + M N_MUSCLE), each of order one. Nothing that is not observed or known is read."""
    w = windows
    observed, in_model = w.observed[:, :, None, :].float(), w.in_model[:, None, None, :].float()
    envelope = torch.where(observed > 0, w.envelopes.clamp(0, 1.5), 0.0)
    known = w.torque_known[..., None].float().expand_as(w.angle)
    torque = torch.where(known > 0, w.torque, 0.0)

    gain, passive = arm.terms(w.angle, w.velocity, w.size)
    gain, passive = gain * in_model, (passive * in_model).sum(-1)
    explained = gain * shape(envelope, arm.nonlinearity)
    residual = known * (torque - passive - explained.sum(-1))
    strength, hidden = gain.abs(), gain.abs() * (1 - observed)
    flexors, extensors = (strength[..., side].sum(-1) for side in (FLEXOR, ~FLEXOR))
    free_flexors, free_extensors = (hidden[..., side].sum(-1) for side in (FLEXOR, ~FLEXOR))
    pull = torch.where(torque > 0, torque / flexors.clamp(min=1), torque / extensors.clamp(min=1))
    shared = [
        w.angle - 1.0,
        w.velocity / 3,
        w.acceleration / 15,
        (w.load / 3)[..., None].expand_as(w.angle),
        torque / 10,
        known,
        passive / 3,
        flexors / 50 - 1,
        extensors / 40 - 1,
        residual / 10,
        4 * pull.clamp(-1, 1),
        3 * (residual / free_flexors.clamp(min=1)).clamp(-0.5, 1.0),
        3 * (-residual / free_extensors.clamp(min=1)).clamp(-0.5, 1.0),
        w.mvc.float()[:, None, None].expand_as(w.angle),
    ]
    level = torch.where(observed > 0, torch.log(envelope + OFFSET) + 2, 0.0)
    muscle = [observed, in_model, 4 * envelope, level, gain / 15, explained / 5]
    by_muscle = torch.stack([value.expand_as(envelope) for value in muscle], dim=-1)
    return torch.cat([torch.stack(shared, dim=-1), by_muscle.flatten(-2)], dim=-1)


def log_ratio(excitation: Tensor, reference: Tensor) -> Tensor:
    """What the network estimates: excitations (..., M) on a scale around their reference."""
    return torch.log((excitation + OFFSET) / (reference + OFFSET)).clamp(-4, 4)
