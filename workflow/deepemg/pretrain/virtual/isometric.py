"""Isometric contractions of virtual subjects: maximal and submaximal, flexion and extension, with or without torque."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.pretrain.virtual.bodies import Bodies, torque_terms
from deepemg.pretrain.virtual.draws import Assumptions, Draws
from deepemg.pretrain.virtual.emg import VirtualElectrodes, amplitudes, maximal_contractions, recorded
from deepemg.pretrain.virtual.sharing import Habits, drive, shared

CONTRACTIONS = 4  # maximal flexion, maximal extension, submaximal flexion, submaximal extension


@dataclass(frozen=True)
class VirtualContractions:
    """Angle, torque (B, C), envelopes (B, C, M), and whether a contraction was recorded, and with torque (B, C)."""

    angle: Tensor
    torque: Tensor
    envelopes: Tensor
    present: Tensor
    torque_known: Tensor


def isometric_contractions(
    draws: Draws,
    bodies: Bodies,
    habits: Habits,
    electrodes: VirtualElectrodes,
    level: Tensor,
    is_mvc: Tensor,
    about: Assumptions,
) -> VirtualContractions:
    """Contractions with envelopes as fractions of `level` (B, M); no maximal ones where `is_mvc` (B,) is False."""
    spread, count, action = about["isometric"], len(bodies), habits.action
    angle = torch.deg2rad(draws.of(spread["angle"], count, CONTRACTIONS))
    pulls = torch.tensor([1.0, -1.0, 1.0, -1.0])
    still = torch.zeros_like(angle)
    gain, passive = torque_terms(bodies, angle, still, 0.5 * bodies.full_torque * pulls.expand_as(angle))
    most = maximal_contractions(draws, electrodes, action, about["mvc"])
    torque = (gain[:, :2] * most).sum(-1)
    needed = torque * draws.of(spread["level"], count, 2)
    wanted = drive(draws, habits, gain[:, 2:, None].abs(), angle[:, 2:, None], still[:, 2:, None], still[:, 2:])[
        :, :, 0
    ]
    floor = draws.of(about["mvc"]["antagonist"], count, 2, len(action)) * 0.5
    held = shared(wanted, gain[:, 2:], needed, floor, action)
    excitation = torch.cat([most, held], dim=1)
    amplitude = recorded(electrodes, amplitudes(electrodes, excitation))
    noise = torch.exp(draws.of(spread["noise"], *amplitude.shape))
    exact = (gain * excitation).sum(-1) + passive.sum(-1)
    measured = exact * draws.of(spread["torque_gain"], *angle.shape) + draws.of(spread["torque_offset"], *angle.shape)
    present = draws.chance(spread["present"], *angle.shape)
    present[:, :2] &= is_mvc[:, None]
    known = present & draws.chance(spread["torque_known"], *angle.shape)
    return VirtualContractions(angle, measured, amplitude * noise / level[:, None], present, known)
