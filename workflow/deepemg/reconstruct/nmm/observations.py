"""Trials and isometric contractions of a recorded subject as the networks see them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.reconstruct.nmm.density_estimator import LONGEST, SAMPLES
from deepemg.reconstruct.nmm.features import features
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.slots import RATE_HZ, SLOTS
from deepemg.reconstruct.nmm.strength import log_strength
from deepemg.reconstruct.nmm.windows import Windows, neighbour_level
from deepemg.signals.recording import Contraction, Recording, Trial

LONGEST_S = (LONGEST * SAMPLES - 1) / RATE_HZ


@dataclass(frozen=True)
class Observations:
    """Inputs of the network for one subject: movements (1, K, T, len(NAMES)), still (1, C, len(NAMES)), which tokens of
    both exist, and the level of the neighbours (K, T, M) that the estimates are ratios to."""

    movements: Tensor
    still: Tensor
    moving: Tensor
    present: Tensor
    neighbour_level: Tensor


def joint_size(joint: Joint) -> float:
    """Ratio of a scaled joint's muscle lengths to the generic ones."""
    return 0.5 * (joint.scaling["proximal"] + joint.scaling["distal"]) if joint.scaling else 1.0  # type: ignore[operator]


def clock(trial: Trial) -> np.ndarray:
    """Times (s) of the network's samples in a trial."""
    span = float(trial.time_s[-1] - trial.time_s[0])
    return np.asarray(trial.time_s[0] + np.arange(math.floor(span * RATE_HZ + 1e-6) + 1) / RATE_HZ)


def _slots(names: Sequence[str]) -> Tensor:
    return torch.tensor([name in names for name in SLOTS])[None]


def windows_of_trials(recording: Recording, *, torque: bool = True) -> tuple[Windows, Tensor]:
    """Windows (1, K, T) of trials, held at their ends up to the longest, and which tokens exist (1, K, T / SAMPLES).

    Raises ValueError where a trial is longer than LONGEST_S.
    """
    trials, joint = recording.trials, recording.joint
    for trial in trials:
        if np.ptp(trial.time_s) > LONGEST_S:
            expected = f"at most {LONGEST_S:.0f} s, what the networks read: cut it (start_s, end_s)"
            raise ValueError(f"trial {trial.name} lasts {np.ptp(trial.time_s):.0f} s; expected {expected}")
    clocks = [clock(trial) for trial in trials]
    longest = max(math.ceil(len(times) / SAMPLES) for times in clocks)
    moving = torch.tensor([[token * SAMPLES < len(times) for token in range(longest)] for times in clocks])[None]

    def resampled(columns: Sequence[np.ndarray]) -> Tensor:
        rows = []
        for trial, times, values in zip(trials, clocks, columns, strict=True):
            row = np.interp(times, trial.time_s, values)
            rows.append(np.pad(row, (0, longest * SAMPLES - len(row)), mode="edge"))
        return torch.tensor(np.array(rows), dtype=torch.float32)[None]

    def measured(trial: Trial, muscle: str) -> np.ndarray:
        return trial.envelope(muscle) if muscle in trial.observed else np.zeros_like(trial.angle)

    envelopes = [resampled([measured(trial, name) for trial in trials]) for name in SLOTS]
    windows = Windows(
        angle=resampled([trial.angle for trial in trials]),
        velocity=resampled([trial.velocity for trial in trials]),
        acceleration=resampled([np.gradient(trial.velocity, trial.time_s) for trial in trials]),
        torque=resampled([trial.torque for trial in trials]),
        torque_known=torch.full((1, len(trials)), torque),
        load=torch.tensor([[trial.load_kg for trial in trials]], dtype=torch.float32),
        pronated=torch.zeros(1, len(trials), dtype=torch.bool),
        envelopes=torch.stack(envelopes, dim=-1),
        observed=torch.cat([_slots(trial.observed) for trial in trials])[None],
        in_model=_slots(joint.muscle_names),
        size=torch.tensor([joint_size(joint)], dtype=torch.float32),
        is_mvc=torch.tensor([recording.reference == "mvc"]),
    )
    return windows, moving


def windows_of_contractions(contractions: Sequence[Contraction], muscles: Sequence[str], like: Windows) -> Windows:
    """Windows (1, C, 1) of contractions with envelopes of `muscles`, of the same subject as `like`."""

    def held(values: Sequence[float]) -> Tensor:
        return torch.tensor(values, dtype=torch.float32)[None, :, None]

    angle = held([c.angle for c in contractions])
    still = torch.zeros_like(angle)
    places = [muscles.index(name) if name in muscles else -1 for name in SLOTS]
    rows = np.array([np.append(c.envelopes, np.nan)[places] for c in contractions])  # the last is for empty slots
    observed = torch.from_numpy(~np.isnan(rows))
    envelopes = torch.tensor(np.nan_to_num(rows), dtype=torch.float32).reshape(1, len(contractions), 1, len(SLOTS))
    return Windows(
        angle=angle,
        velocity=still,
        acceleration=still,
        torque=held([c.torque or 0.0 for c in contractions]),
        torque_known=torch.tensor([[c.torque is not None for c in contractions]]),
        load=torch.zeros(1, len(contractions)),
        pronated=torch.tensor([[c.pronated for c in contractions]]),
        envelopes=envelopes,
        observed=observed[None],
        in_model=like.in_model,
        size=like.size,
        is_mvc=like.is_mvc,
    )


def observe(recording: Recording, nominal: NominalJoint, *, torque: bool = True) -> Observations:
    """All trials of a subject together, with what its isometric contractions tell.

    Trials may differ in what they observe; `torque` says whether that of the trials may be read.
    """
    windows, moving = windows_of_trials(recording, torque=torque)
    muscles, contractions = recording.joint.muscle_names, recording.contractions
    nothing = Contraction("none", 0.0, None, np.full(len(muscles), np.nan))
    resting = windows_of_contractions(contractions or [nothing], muscles, windows)
    present = torch.full((1, len(resting.angle[0])), bool(contractions))
    strength = log_strength(resting, present, nominal)
    movements, still = (features(some, nominal, strength) for some in (windows, resting))
    return Observations(movements, still[:, :, 0], moving, present, neighbour_level(windows)[0])
