"""Network and personal parameters found together by gradient descent (our reading of the paper's algorithm 1)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from pydantic import Field
from torch import Tensor
from tqdm import tqdm

from deepemg.joint.forward import ForwardModel
from deepemg.joint.parameters import PersonalParameters
from deepemg.reconstruct.contract import HISTORY
from deepemg.reconstruct.paper_nmm.losses import emg_loss, parameter_loss, torque_loss
from deepemg.reconstruct.paper_nmm.network import EnvelopeNetwork, NetworkSettings
from deepemg.reconstruct.paper_nmm.windows import cut, window_starts
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Trial


@settings_dataclass
class Schedule:
    """How long, how fast, and what for."""

    warm_up_s: float = Field(
        default=0.2,
        ge=0,
        le=1,
        description="s. First part of each window that the torque loss leaves out while delay and activation settle.",
    )
    epochs: int = Field(default=500, ge=1, le=100000, description="Passes over all windows.")
    network_rate: float = Field(default=0.002, gt=0, le=1, description="1. Adam's learning rate of the network.")
    parameter_rate: float = Field(
        default=0.01,
        gt=0,
        le=1,
        description="1. Adam's learning rate of the personal parameters, 3-10 times that of the network.",
    )
    final_rate: float = Field(
        default=1e-5, ge=0, le=1, description="1. Learning rate at the end of the cosine schedule."
    )
    emg_weight: float = Field(
        default=1.0,
        ge=0,
        description="1. Weight of the EMG loss (relative mean square error of the observed envelopes).",
    )
    torque_weight: float = Field(
        default=1.0, ge=0, description="1. Weight of the torque loss (relative mean square error of the joint torque)."
    )
    parameter_weight: float = Field(
        default=0.001,
        ge=0,
        description="1. Weight of the mean square parameter deviation in prior standard deviations.",
    )
    gradient_clip: float = Field(default=1.0, gt=0, description="1. Largest norm of a gradient step.")


@dataclass(frozen=True)
class Batch:
    """Training windows: inputs (B, T, n_inputs); angle, velocity, torque (B, T); envelopes (B, T, n_observed)."""

    inputs: Tensor
    angle: Tensor
    velocity: Tensor
    torque: Tensor
    envelopes: Tensor


@dataclass(frozen=True)
class Optimum:
    """Personal parameters (n_parameters,), and the loss with its terms by epoch; the network was changed in place."""

    personal: np.ndarray
    losses: pd.DataFrame


def _batch(trials: Sequence[Trial], inputs: Sequence[Tensor], settings: NetworkSettings) -> Batch:
    width = min([settings.window_samples, *(len(trial.time_s) for trial in trials)])
    parts = []
    for trial, seen in zip(trials, inputs, strict=True):
        starts = window_starts(len(trial.time_s), width, settings.stride_samples)
        series = (trial.angle, trial.velocity, trial.torque, trial.observed_matrix())
        columns = [torch.tensor(values, dtype=torch.float32) for values in series]
        parts.append([cut(values, starts, width) for values in (seen, *columns)])
    return Batch(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _root_mean_square(values: Tensor) -> Tensor:
    return values.square().mean().sqrt()


def optimise(
    network: EnvelopeNetwork,
    physics: ForwardModel,
    trials: Sequence[Trial],
    inputs: Sequence[Tensor],
    windows: NetworkSettings,
    schedule: Schedule,
) -> Optimum:
    """Adam with a cosine schedule over all windows at once; `inputs` (T, n_inputs) are standardised, one per trial.

    Raises FloatingPointError where the loss is no longer finite.
    """
    personal = PersonalParameters(physics.scheme, dtype=torch.float32)
    batch = _batch(trials, inputs, windows)
    columns = np.flatnonzero(trials[0].is_observed).tolist()
    emg_scale, torque_scale = _root_mean_square(batch.envelopes), _root_mean_square(batch.torque)
    warm_up = round(schedule.warm_up_s * trials[0].rate_hz)
    groups = [
        {"params": list(network.parameters()), "lr": schedule.network_rate},
        {"params": list(personal.parameters()), "lr": schedule.parameter_rate},
    ]
    optimiser = torch.optim.Adam(groups)
    rate = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, schedule.epochs, schedule.final_rate)
    losses = []
    progress = tqdm(range(schedule.epochs), desc="nmm-paper", mininterval=5, file=sys.stderr, unit="epoch")
    for epoch in progress:
        envelopes = network(batch.inputs)
        torque = physics(envelopes, batch.angle, batch.velocity, personal())
        terms = (
            emg_loss(envelopes[..., columns], batch.envelopes, emg_scale),
            torque_loss(torque[:, warm_up:], batch.torque[:, warm_up:], torque_scale),
            parameter_loss(personal.deviation()),
        )
        weights = (schedule.emg_weight, schedule.torque_weight, schedule.parameter_weight)
        loss = torch.stack([weight * term for weight, term in zip(weights, terms, strict=True)]).sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*network.parameters(), *personal.parameters()], schedule.gradient_clip)
        optimiser.step()
        rate.step()
        losses.append((epoch, loss.item(), *(term.item() for term in terms)))
        progress.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
    if not np.isfinite(losses[-1][1]):
        raise FloatingPointError(f"training ended with loss {losses[-1][1]}")
    return Optimum(personal().detach().double().numpy(), pd.DataFrame(losses, columns=list(HISTORY)))
