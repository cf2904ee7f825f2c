"""Trials and isometric contractions of a real subject as the prior network sees them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.reconstruct.contract import Contraction, Trial
from deepemg.reconstruct.nmm.features import RATE_HZ, SLOTS, NominalArm, Windows, features, reference
from deepemg.reconstruct.nmm.network import SAMPLES
from deepemg.reconstruct.nmm.strength import log_strength


@dataclass(frozen=True)
class Observations:
    """Inputs of the network for one subject: movements (1, K, T, FEATURES), still (1, C, SAMPLES, FEATURES), which
    tokens of both exist, and the reference (K, T, M) of the log ratios that come out."""

    movements: Tensor
    still: Tensor
    moving: Tensor
    present: Tensor
    reference: Tensor


def arm_size(arm: Arm) -> float:
    """Ratio of a scaled arm's muscle lengths to the generic ones."""
    return 0.5 * (arm.scaling["proximal"] + arm.scaling["distal"]) if arm.scaling else 1.0  # type: ignore[operator]


def clock(trial: Trial) -> np.ndarray:
    """Times (s) of the network's samples in a trial."""
    span = float(trial.time_s[-1] - trial.time_s[0])
    return np.asarray(trial.time_s[0] + np.arange(math.floor(span * RATE_HZ + 1e-6) + 1) / RATE_HZ)


def _slots(names: Sequence[str]) -> Tensor:
    return torch.tensor([name in names for name in SLOTS])[None]


def movement_windows(trials: Sequence[Trial], arm: Arm, *, mvc: bool, torque: bool = True) -> tuple[Windows, Tensor]:
    """Windows (1, K, T) of trials, held at their ends up to the longest, and which tokens exist (1, K, T / SAMPLES)."""
    clocks = [clock(trial) for trial in trials]
    longest = max(math.ceil(len(times) / SAMPLES) for times in clocks)
    moving = torch.tensor([[token * SAMPLES < len(times) for token in range(longest)] for times in clocks])[None]

    def resampled(columns: Sequence[np.ndarray]) -> Tensor:
        rows = []
        for trial, times, values in zip(trials, clocks, columns, strict=True):
            row = np.interp(times, trial.time_s, values)
            rows.append(np.pad(row, (0, longest * SAMPLES - len(row)), mode="edge"))
        return torch.tensor(np.array(rows), dtype=torch.float32)[None]

    envelopes = [resampled([t.envelopes.get(name, np.zeros_like(t.angle)) for t in trials]) for name in SLOTS]
    windows = Windows(
        angle=resampled([trial.angle for trial in trials]),
        velocity=resampled([trial.velocity for trial in trials]),
        acceleration=resampled([np.gradient(trial.velocity, trial.time_s) for trial in trials]),
        torque=resampled([trial.torque for trial in trials]),
        torque_known=torch.full((1, len(trials)), torque),
        load=torch.tensor([[trial.load_kg for trial in trials]], dtype=torch.float32),
        envelopes=torch.stack(envelopes, dim=-1),
        observed=torch.cat([_slots(trial.observed) for trial in trials])[None],
        in_model=_slots(arm.muscle_names),
        size=torch.tensor([arm_size(arm)], dtype=torch.float32),
        mvc=torch.tensor([mvc]),
    )
    return windows, moving


def still_windows(contractions: Sequence[Contraction], like: Windows) -> Windows:
    """Windows (1, C, SAMPLES) of contractions of the same subject as `like`."""

    def held(values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32)[None, :, None].expand(1, len(values), SAMPLES)

    angle = held([c.angle for c in contractions])
    still = torch.zeros_like(angle)
    rows = [[c.envelopes.get(name, 0.0) for name in SLOTS] for c in contractions]
    envelopes = torch.tensor(rows, dtype=torch.float32).reshape(1, len(contractions), 1, len(SLOTS))
    return Windows(
        angle=angle,
        velocity=still,
        acceleration=still,
        torque=held([c.torque or 0.0 for c in contractions]),
        torque_known=torch.tensor([[c.torque is not None for c in contractions]]),
        load=torch.zeros(1, len(contractions)),
        envelopes=envelopes.expand(-1, -1, SAMPLES, -1),
        observed=torch.cat([_slots(tuple(c.envelopes)) for c in contractions])[None],
        in_model=like.in_model,
        size=like.size,
        mvc=like.mvc,
    )


def observe(
    trials: Sequence[Trial],
    arm: Arm,
    nominal: NominalArm,
    *,
    mvc: bool,
    contractions: Sequence[Contraction] = (),
    torque: bool = True,
) -> Observations:
    """All trials of a subject together, with what its isometric contractions tell.

    Trials may differ in what they observe; `torque` says whether that of the trials may be read.
    """
    windows, moving = movement_windows(trials, arm, mvc=mvc, torque=torque)
    resting = still_windows(contractions or [Contraction("none", 0.0, None, {})], windows)
    present = torch.full((1, len(resting.angle[0])), bool(contractions))
    strength = log_strength(resting, present, nominal)
    movements, still = (features(some, nominal, strength) for some in (windows, resting))
    return Observations(movements, still, moving, present, reference(windows)[0])
