"""The subject fit: excitations and the 32 parameters together, pulled by torque, EMG and the network's posterior."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from deepemg.reconstruct.nmm.subject_objective import SubjectObjective


@dataclass(frozen=True)
class SubjectFit:
    """Parameters (P,); by trial excitations (T, M), their factors (T, M) to the posterior's mean, torque (T,); loss."""

    personal: np.ndarray
    excitations: list[np.ndarray]
    factors: list[np.ndarray]
    torques: list[np.ndarray]
    loss: float
    terms: dict[str, float]


def minimise(objective: SubjectObjective, iterations: int) -> SubjectFit:
    """Minimise by L-BFGS on exact gradients. Without iterations, or without torque, nothing moves."""
    optimiser = torch.optim.LBFGS(objective.unknowns, max_iter=iterations, line_search_fn="strong_wolfe")

    def closure() -> Tensor:
        optimiser.zero_grad()
        loss = objective.total(objective.state().terms)
        loss.backward()
        return loss

    if iterations and objective.settings.torque:
        optimiser.step(closure)
    with torch.no_grad():
        found = objective.state()
        return SubjectFit(
            personal=found.values.numpy(),
            excitations=[value.numpy() for value in found.excitations],
            factors=[torch.exp(value).numpy() for value in found.changes],
            torques=[value.numpy() for value in found.torques],
            loss=float(objective.total(found.terms)),
            terms={name: float(term) for name, term in found.terms.items()},
        )
