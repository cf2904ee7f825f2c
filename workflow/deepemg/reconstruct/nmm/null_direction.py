"""What torque can tell of two hidden muscles that pull against each other, and what the posterior says of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from deepemg.joint.forward import ForwardModel
from deepemg.reconstruct.nmm.method import FittedNMM
from deepemg.reconstruct.nmm.observations import clock
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.reconstruct.nmm.target import OFFSET, log_level
from deepemg.signals.recording import Trial


def torque_landscape(
    fitted: FittedNMM, trial: Trial, muscles: tuple[str, str], factors: Sequence[np.ndarray]
) -> np.ndarray:
    """Torque RMSE (n, m) in N m where the first muscle's envelope is `factors[0]` (n,) of what was reconstructed and
    the second's `factors[1]` (m,), all else unchanged."""
    model = ForwardModel(fitted.joint, rate_hz=trial.rate_hz, settings=fitted.method.own_forward)
    values = torch.tensor(fitted.personal)
    terms = model.torque_terms(torch.tensor(trial.angle), torch.tensor(trial.velocity), values)
    excitation = torch.tensor(fitted.reconstruct(trial).mean)
    missed = terms.at(model.activation(excitation, values)) - torch.tensor(trial.torque)
    changes = []
    for muscle, scales in zip(muscles, factors, strict=True):
        place = fitted.joint.muscle_names.index(muscle)
        own = excitation[:, place] * torch.tensor(scales)[:, None]
        varied = excitation.expand(len(scales), -1, -1).clone()
        varied[..., place] = own.clamp(0, 1)
        activation = model.activation(varied, values)[..., place]
        before = model.activation(excitation, values)[:, place]
        changes.append((activation - before) * terms.gain[:, place])
    error = missed + changes[0][:, None] + changes[1][None]
    return error.square().mean(-1).sqrt().numpy()


def level_covariance(fitted: FittedNMM, trial: Trial, muscles: tuple[str, str]) -> np.ndarray:
    """Covariance (2, 2) of the logarithms of two hidden muscles' mean envelopes over a trial, by the posterior."""
    posterior = fitted.method.infer(fitted.amortised, fitted.beside(trial))
    size, count = posterior.neighbour_level.shape, len(clock(trial))
    places = [SLOTS.index(muscle) for muscle in muscles]
    scale = fitted.amortised.scale_of_slots()[places]
    members = []
    for member in posterior.members:
        mean, sd, factors = (
            value[0, : posterior.neighbour_level.numel()].reshape(*size, -1)[-1, :count]
            for value in (member.mean, torch.exp(member.log_sd), member.factors)
        )
        level = torch.exp(log_level(posterior.neighbour_level[-1, :count], mean[..., 0]))
        weight = (level / (level - OFFSET).clamp(min=0).sum(0).clamp(min=1e-3))[:, places]  # d log mean / d log ratio
        common = torch.einsum("tm,tmr->mr", weight, factors[:, places])
        covariance = common @ common.T + torch.diag((weight**2 * sd[:, places, 0] ** 2).sum(0))
        centre = torch.log((level - OFFSET).clamp(min=1e-3).mean(0))[places]
        members.append((centre, scale[:, None] * covariance * scale))
    between = torch.cov(torch.stack([centre for centre, _ in members]).T, correction=0)
    return (torch.stack([covariance for _, covariance in members]).mean(0) + between).numpy()
