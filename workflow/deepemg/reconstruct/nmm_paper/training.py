"""Train network and personal parameters together (our reading of the paper's algorithm 1)."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from tqdm import tqdm

from deepemg.arm.definition import Arm
from deepemg.arm.parameters import PersonalParameters
from deepemg.reconstruct.band import residual_half_widths
from deepemg.reconstruct.contract import HISTORY, Trial, check_trials
from deepemg.reconstruct.nmm_paper.fitted import FittedNmm, make_network, make_physics, motion_inputs
from deepemg.reconstruct.nmm_paper.losses import emg_loss, parameter_loss, torque_loss
from deepemg.reconstruct.nmm_paper.network import Standardisation
from deepemg.reconstruct.nmm_paper.windows import cut, window_starts


@dataclass(frozen=True)
class Batch:
    """Training windows: inputs (B, T, n_inputs); angle, velocity, torque (B, T); envelopes (B, T, n_observed)."""

    inputs: Tensor
    angle: Tensor
    velocity: Tensor
    torque: Tensor
    envelopes: Tensor


def _batch(trials: Sequence[Trial], standardisation: Standardisation, settings: dict[str, Any]) -> Batch:
    width = min([settings["window_samples"], *(len(trial.time_s) for trial in trials)])
    parts = []
    for trial in trials:
        starts = window_starts(len(trial.time_s), width, settings["stride_samples"])
        series = (trial.angle, trial.velocity, trial.torque, trial.observed_matrix())
        columns = [torch.tensor(values, dtype=torch.float32) for values in series]
        parts.append(
            [
                cut(values, starts, width)
                for values in (standardisation(motion_inputs(trial, settings["inputs"])), *columns)
            ]
        )
    return Batch(*(torch.cat(column) for column in zip(*parts, strict=True)))


def _root_mean_square(values: Tensor) -> Tensor:
    return values.square().mean().sqrt()


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedNmm:
    """Adam with a cosine schedule over all windows at once; the same seed gives the same weights on one machine."""
    observed = check_trials(trials, arm)
    torch.manual_seed(seed)
    torch.use_deterministic_algorithms(True)
    standardisation = Standardisation.of(torch.cat([motion_inputs(trial, settings["inputs"]) for trial in trials]))
    network = make_network(arm, settings)
    physics = make_physics(arm, trials[0].rate_hz, settings)
    personal = PersonalParameters(physics.scheme, dtype=torch.float32)
    batch = _batch(trials, standardisation, settings)
    columns = [arm.muscle_names.index(name) for name in observed]
    emg_scale, torque_scale = _root_mean_square(batch.envelopes), _root_mean_square(batch.torque)
    warm_up = round(settings["warm_up_s"] * trials[0].rate_hz)
    groups = [
        {"params": list(network.parameters()), "lr": settings["network_rate"]},
        {"params": list(personal.parameters()), "lr": settings["parameter_rate"]},
    ]
    optimiser = torch.optim.Adam(groups)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, settings["epochs"], settings["final_rate"])
    losses = []
    progress = tqdm(range(settings["epochs"]), desc="nmm-paper", mininterval=5, file=sys.stderr, unit="epoch")
    for epoch in progress:
        envelopes = network(batch.inputs)
        torque = physics(envelopes, batch.angle, batch.velocity, personal())
        terms = (
            emg_loss(envelopes[..., columns], batch.envelopes, emg_scale),
            torque_loss(torque[:, warm_up:], batch.torque[:, warm_up:], torque_scale),
            parameter_loss(personal.deviation()),
        )
        weights = (settings["emg_weight"], settings["torque_weight"], settings["parameter_weight"])
        loss = torch.stack([weight * term for weight, term in zip(weights, terms, strict=True)]).sum()
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_([*network.parameters(), *personal.parameters()], settings["gradient_clip"])
        optimiser.step()
        schedule.step()
        losses.append((epoch, loss.item(), *(term.item() for term in terms)))
        progress.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
    if not np.isfinite(losses[-1][1]):
        raise FloatingPointError(f"training ended with loss {losses[-1][1]}")
    fitted = FittedNmm(
        arm=arm,
        network=network,
        standardisation=standardisation,
        personal=personal().detach().double().numpy(),
        half_widths=np.full(len(arm.muscles), np.nan),
        losses=pd.DataFrame(losses, columns=list(HISTORY)),
        settings=settings,
    )
    return _with_band(fitted, trials, observed)


def _with_band(fitted: FittedNmm, trials: Sequence[Trial], observed: Sequence[str]) -> FittedNmm:
    """Same model with the band of its own training residuals on the observed muscles."""
    means = [fitted.reconstruct(trial).mean for trial in trials]
    residuals = {}
    for name in observed:
        place = fitted.arm.muscle_names.index(name)
        errors = [trial.envelopes[name] - mean[:, place] for trial, mean in zip(trials, means, strict=True)]
        residuals[name] = np.concatenate(errors)
    return replace(fitted, half_widths=residual_half_widths(residuals, fitted.arm))
