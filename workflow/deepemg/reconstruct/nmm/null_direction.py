"""What torque can tell of two hidden muscles that pull against each other, and what the posterior says of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch

from deepemg.arm.forward import ForwardModel
from deepemg.reconstruct.contract import Trial
from deepemg.reconstruct.nmm.believe import ask
from deepemg.reconstruct.nmm.features import FLEXOR, OFFSET, SLOTS
from deepemg.reconstruct.nmm.fitted import FittedNmm, nearest
from deepemg.reconstruct.nmm.observations import clock


def torque_landscape(
    fitted: FittedNmm, trial: Trial, muscles: tuple[str, str], factors: Sequence[np.ndarray]
) -> np.ndarray:
    """Torque RMSE (n, m) in N m where the first muscle's envelope is `factors[0]` (n,) of what was reconstructed and
    the second's `factors[1]` (m,), all else unchanged."""
    model = ForwardModel(fitted.arm, rate_hz=trial.rate_hz, **fitted.settings["forward"])
    values = torch.tensor(fitted.personal)
    terms = model.torque_terms(torch.tensor(trial.angle), torch.tensor(trial.velocity), values)
    excitation = torch.tensor(fitted.reconstruct(trial).mean)
    missed = terms.at(model.activation(excitation, values)) - torch.tensor(trial.torque)
    changes = []
    for muscle, scales in zip(muscles, factors, strict=True):
        place = fitted.arm.muscle_names.index(muscle)
        own = excitation[:, place] * torch.tensor(scales)[:, None]
        varied = excitation.expand(len(scales), -1, -1).clone()
        varied[..., place] = own.clamp(0, 1)
        activation = model.activation(varied, values)[..., place]
        before = model.activation(excitation, values)[:, place]
        changes.append((activation - before) * terms.gain[:, place])
    error = missed + changes[0][:, None] + changes[1][None]
    return error.square().mean(-1).sqrt().numpy()


def level_covariance(fitted: FittedNmm, trial: Trial, muscles: tuple[str, str]) -> np.ndarray:
    """Covariance (2, 2) of the logarithms of two hidden muscles' mean envelopes over a trial, by the posterior."""
    trials = [*nearest(fitted.context, trial), trial]
    posterior = ask(fitted.ensemble, trials, fitted.arm, fitted.settings)
    size, count = posterior.reference.shape, len(clock(trial))
    members = []
    for member in posterior.members:
        mean, sd, factors = (
            value[0, : posterior.reference.numel()].reshape(*size, -1)[-1, :count]
            for value in (member.mean, torch.exp(member.log_sd), member.factors)
        )
        level = torch.exp(mean[..., 0]) * (posterior.reference[-1, :count] + OFFSET)
        places = [SLOTS.index(muscle) for muscle in muscles]
        weight = (level / (level - OFFSET).clamp(min=0).sum(0).clamp(min=1e-3))[:, places]  # d log mean / d log ratio
        common = torch.einsum("tm,tmr->mr", weight, factors[:, places])
        scale = [fitted.ensemble.band_scale["flexor" if FLEXOR[place] else "extensor"] for place in places]
        covariance = common @ common.T + torch.diag((weight**2 * sd[:, places, 0] ** 2).sum(0))
        centre = torch.log((level - OFFSET).clamp(min=1e-3).mean(0))[places]
        members.append((centre, torch.tensor(scale)[:, None] * covariance * torch.tensor(scale)))
    between = torch.cov(torch.stack([centre for centre, _ in members]).T, correction=0)
    return (torch.stack([covariance for _, covariance in members]).mean(0) + between).numpy()
