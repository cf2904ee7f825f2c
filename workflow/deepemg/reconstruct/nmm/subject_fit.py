"""The subject fit: excitations and the 32 parameters together, pulled by torque, EMG and the network's posterior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.arm.forward import ForwardModel
from deepemg.reconstruct.contract import Trial
from deepemg.reconstruct.nmm.believe import SMALLEST, Belief


@dataclass(frozen=True)
class Fit:
    """Parameters (P,); by trial excitations (T, M), the factors (T, M) to the belief's mean, torque (T,); the loss."""

    personal: np.ndarray
    excitations: list[np.ndarray]
    factors: list[np.ndarray]
    torques: list[np.ndarray]
    loss: float
    terms: dict[str, float]


def torque_term(torque: Tensor, inverse_dynamics: Tensor, tolerance: float) -> Tensor:
    """Mean square torque error in units of the tolerance (N m)."""
    return ((torque - inverse_dynamics) / tolerance).square().mean()


def belief_term(change: Tensor, log_sd: Tensor) -> Tensor:
    """Mean square change of the excitations' logarithm, in its standard deviations."""
    return (change / log_sd).square().mean()


def parameter_term(values: Tensor, mean: Tensor, sd: Tensor) -> Tensor:
    """Mean square distance of the parameters from their posterior mean, in its standard deviations."""
    return ((values - mean) / sd).square().mean()


def subject_fit(
    trials: Sequence[Trial],
    arm: Arm,
    beliefs: Sequence[Belief],
    parameters: tuple[np.ndarray, np.ndarray],
    settings: Mapping[str, Any],
    *,
    personal: bool = True,
) -> Fit:
    """Minimise torque, belief and parameter terms by L-BFGS.

    `beliefs` (T, M) belong to the trials; `parameters` are posterior mean and sd (P,) and stay unless `personal`. The
    logarithm of each excitation changes by what is linear between knots, so nothing faster than EMG is made of torque.
    Without torque nothing moves. settings: forward, torque, torque_tolerance_nm, belief_weight, parameter_weight,
    knot_s, iterations.
    """
    models = [ForwardModel(arm, rate_hz=trial.rate_hz, **settings["forward"]) for trial in trials]
    scheme = models[0].scheme
    mean, sd = (torch.tensor(value) for value in parameters)
    lower, upper = torch.tensor(scheme.lower), torch.tensor(scheme.upper)
    spans = [_knots(len(trial.time_s), trial.rate_hz, settings["knot_s"]) for trial in trials]
    changes = [torch.zeros(span.shape[1], len(arm.muscles), dtype=torch.float64, requires_grad=True) for span in spans]
    shift = torch.zeros_like(mean, requires_grad=personal)
    motions = [tuple(torch.tensor(v) for v in (t.angle, t.velocity, t.torque)) for t in trials]
    centres = [torch.tensor(belief.mean.clip(min=SMALLEST)) for belief in beliefs]
    spreads = [torch.tensor(belief.log_sd) for belief in beliefs]

    def parameters_now() -> Tensor:
        return torch.clamp(mean + sd * shift, lower, upper)

    def solve() -> tuple[list[Tensor], list[Tensor], list[Tensor], dict[str, Tensor]]:
        moved = [span @ change for span, change in zip(spans, changes, strict=True)]
        excitations = [(c * torch.exp(m)).clamp(0, 1) for c, m in zip(centres, moved, strict=True)]
        values = parameters_now()
        torques = [
            model(e, angle, velocity, values)
            for model, e, (angle, velocity, _) in zip(models, excitations, motions, strict=True)
        ]
        target = torch.cat([torque for *_, torque in motions])
        terms = {
            "torque": torque_term(torch.cat(torques), target, settings["torque_tolerance_nm"]),
            "belief": belief_term(torch.cat(moved), torch.cat(spreads)),
            "parameter": parameter_term(values, mean, sd),
        }
        return excitations, moved, torques, terms

    def total(terms: Mapping[str, Tensor]) -> Tensor:
        weights = {"torque": 1.0, "belief": settings["belief_weight"], "parameter": settings["parameter_weight"]}
        return torch.stack([weights[name] * term for name, term in terms.items()]).sum()

    unknown = [*changes, shift] if personal else changes
    optimiser = torch.optim.LBFGS(unknown, max_iter=settings["iterations"], line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = total(solve()[-1])
        loss.backward()
        return loss

    if settings["iterations"] and settings["torque"]:
        optimiser.step(closure)
    with torch.no_grad():
        excitations, moved, torques, terms = solve()
        return Fit(
            personal=parameters_now().numpy(),
            excitations=[value.numpy() for value in excitations],
            factors=[torch.exp(value).numpy() for value in moved],
            torques=[value.numpy() for value in torques],
            loss=float(total(terms)),
            terms={name: float(term) for name, term in terms.items()},
        )


def _knots(samples: int, rate_hz: float, knot_s: float) -> Tensor:
    """Matrix (T, n_knots) that makes of values at knots what is linear between them."""
    count = max(2, round((samples - 1) / rate_hz / knot_s) + 1)
    place = torch.linspace(0, count - 1, samples, dtype=torch.float64)
    distance = (place[:, None] - torch.arange(count, dtype=torch.float64)).abs()
    return (1 - distance).clamp(min=0)
