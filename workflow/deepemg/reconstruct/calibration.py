"""Calibration: the joint's parameters with which given excitations give the torque (Lloyd and Besier 2003)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from pydantic import Field
from torch import Tensor

from deepemg.joint.forward import ForwardModel
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.contract import HISTORY
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial


@settings_dataclass
class CalibrationSettings:
    """How mse with its own parameters and hybrid find the joint's parameters from torque."""

    iterations: int = Field(
        default=200, ge=1, le=10000, description="Most L-BFGS-B iterations of the calibration; it takes some 100."
    )
    tolerance: float = Field(
        default=1e-12, ge=0, le=0.01, description="1. Relative fall of the loss that ends the calibration."
    )
    parameter_weight: float = Field(
        default=0.003,
        ge=0,
        description="1. Weight of the mean square parameter deviation in prior standard deviations, beside the "
        "relative torque error.",
    )


@dataclass(frozen=True)
class Calibration:
    """`personal` (n_parameters,) in the order of the scheme; `losses` has a row before (epoch 0) and one after."""

    personal: np.ndarray
    losses: pd.DataFrame


def calibrate(
    recording: Recording, excitations: Sequence[np.ndarray], settings: CalibrationSettings, forward: ForwardSettings
) -> Calibration:
    """Personal parameters inside their bounds by L-BFGS-B on exact gradients.

    `excitations` (T, n_muscles) drive the trials. The unknowns are the deviations from the generic values in prior
    standard deviations. Loss: mean square torque error over the mean square torque, plus `parameter_weight` times the
    mean square deviation.
    """
    from scipy.optimize import minimize

    scheme = parameter_scheme(recording.joint, forward.scheme)
    torque_loss = _torque_loss(recording, excitations, forward)

    def losses(deviation: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        terms = torque_loss(deviation), deviation.square().mean()
        return terms[0] + settings.parameter_weight * terms[1], *terms

    def objective(flat: np.ndarray) -> tuple[float, np.ndarray]:
        deviation = torch.tensor(flat, requires_grad=True)
        loss, *_ = losses(deviation)
        (gradient,) = torch.autograd.grad(loss, deviation)
        return loss.item(), gradient.numpy()

    start = np.zeros(len(scheme))
    bounds = np.column_stack([scheme.lower - scheme.generic, scheme.upper - scheme.generic]) / scheme.prior_sd[:, None]
    solution = minimize(
        objective,
        start,
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"maxiter": settings.iterations, "ftol": settings.tolerance},
    )
    rows = []
    for epoch, flat in ((0, start), (solution.nit, solution.x)):
        loss, torque, parameters = (term.item() for term in losses(torch.tensor(flat)))
        rows.append((epoch, loss, 0.0, torque, parameters))
    personal = np.clip(scheme.generic + scheme.prior_sd * solution.x, scheme.lower, scheme.upper)
    return Calibration(personal, pd.DataFrame(rows, columns=list(HISTORY)))


def root_mean_square_torque(trials: Sequence[Trial]) -> float:
    """What torque errors are divided by, N m."""
    return float(np.sqrt(np.mean(np.concatenate([trial.torque for trial in trials]) ** 2)))


def _torque_loss(
    recording: Recording, excitations: Sequence[np.ndarray], forward: ForwardSettings
) -> Callable[[Tensor], Tensor]:
    """Mean square torque error over the mean square torque, as a function of the deviation (n_parameters,)."""
    trials = recording.trials
    models = [ForwardModel(recording.joint, rate_hz=trial.rate_hz, settings=forward) for trial in trials]
    inputs = [
        tuple(torch.tensor(values) for values in (excitation, trial.angle, trial.velocity))
        for trial, excitation in zip(trials, excitations, strict=True)
    ]
    scale = root_mean_square_torque(trials)
    target = torch.tensor(np.concatenate([trial.torque for trial in trials]))
    generic, prior_sd = models[0].generic(), torch.tensor(models[0].scheme.prior_sd)

    def loss(deviation: Tensor) -> Tensor:
        values = generic + prior_sd * deviation
        torque = torch.cat([model(*columns, values) for model, columns in zip(models, inputs, strict=True)])
        return ((torque - target) / scale).square().mean()

    return loss
