"""Isometric contractions of virtual subjects: maximal ones and holds, as the plan of assumptions.yaml has them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.pretrain.virtual.bodies import Bodies, torque_terms
from deepemg.pretrain.virtual.draws import Assumptions, Draws
from deepemg.pretrain.virtual.emg import VirtualElectrodes, amplitudes, maximal_contractions, recorded
from deepemg.pretrain.virtual.sharing import Habits, drive, shared

STRETCH = 0.6  # of the torque at which tendons are fully stretched, by a maximal contraction


@dataclass(frozen=True)
class VirtualContractions:
    """Angle, torque (B, C), envelopes (B, C, M); whether a contraction was recorded, with torque, pronated (B, C)."""

    angle: Tensor
    torque: Tensor
    envelopes: Tensor
    present: Tensor
    torque_known: Tensor
    pronated: Tensor


@dataclass(frozen=True)
class Plan:
    """What B subjects do: angle (rad), pull (1 flexion, -1 extension), level (of the maximal torque), pronated, and
    present, all (B, C); `maximal` (C,) are as strong as a subject can."""

    angle: Tensor
    pull: Tensor
    level: Tensor
    pronated: Tensor
    present: Tensor
    maximal: Tensor


def draw_plan(draws: Draws, count: int, entries: list[dict[str, Any]], extended: float) -> Plan:
    """Draw the contractions of the plan; those marked `extended` are done by a share of the subjects only."""
    more = draws.chance(extended, count)
    columns: dict[str, list[Tensor]] = {name: [] for name in ("angle", "pull", "level", "pronated", "present")}
    for entry in entries:
        columns["angle"].append(torch.deg2rad(draws.of(entry["angle"], count)))
        columns["pull"].append(1 - 2 * draws.chance(entry["extension"], count).float())
        columns["level"].append(draws.of(entry["level"], count) if entry["level"] else torch.ones(count))
        columns["pronated"].append(draws.chance(entry["pronated"], count))
        present = draws.chance(entry["present"], count)
        columns["present"].append(present & more if entry["extended"] else present)
    stacked = {name: torch.stack(values, dim=1) for name, values in columns.items()}
    return Plan(**stacked, maximal=torch.tensor([entry["level"] is None for entry in entries]))


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
    plan = draw_plan(draws, count, spread["plan"], spread["extended"])
    still, shape = torch.zeros_like(plan.angle), plan.angle.shape
    gain, passive = torque_terms(bodies, plan.angle, still, STRETCH * bodies.full_torque * plan.level * plan.pull)
    weaker, calmer = _in_pronation(draws, plan.pronated, bodies.joint, spread["pronation"])
    gain = gain * weaker
    both = maximal_contractions(draws, electrodes, action, about["mvc"])
    most = torch.where(plan.pull[..., None] > 0, both[:, :1], both[:, 1:])
    needed = (gain * most).sum(-1) * plan.level
    wanted = drive(draws, habits, gain[:, :, None].abs(), plan.angle[..., None], still[..., None], still)[:, :, 0]
    floor = draws.of(about["mvc"]["antagonist"], *shape, len(action)) * 0.5
    held = shared(wanted * calmer, gain, needed, floor, action)
    excitation = torch.where(plan.maximal[:, None], most, held)
    amplitude = recorded(electrodes, amplitudes(electrodes, excitation))
    noise = torch.exp(draws.of(spread["noise"], count, 1, 1) * draws.normal(*amplitude.shape))
    exact = (gain * excitation).sum(-1) + passive.sum(-1)
    measured = exact * draws.of(spread["torque_gain"], *shape) + draws.of(spread["torque_offset"], *shape)
    present = plan.present & (is_mvc[:, None] | ~plan.maximal)
    known = present & (draws.uniform(*shape) < draws.of(spread["torque_known"], count, 1))
    envelopes = amplitude * noise / level[:, None]
    return VirtualContractions(plan.angle, measured, envelopes, present, known, plan.pronated)


def _in_pronation(draws: Draws, pronated: Tensor, joint: Joint, spread: Assumptions) -> tuple[Tensor, Tensor]:
    """Factors (B, C, M) of torque per activation and of the drive: the biceps supinates, so it is spared."""
    turns = torch.tensor([name in spread["muscles"] for name in joint.muscle_names])
    where = pronated[..., None] & turns
    gain, drives = (draws.of(spread[name], len(pronated), 1, 1) for name in ("gain", "drive"))
    return torch.where(where, gain, 1.0), torch.where(where, drives, 1.0)
