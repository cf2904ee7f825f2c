"""Constant weights of the hidden muscles, from torque."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from deepemg.arm.definition import Arm
from deepemg.reconstruct.contract import Trial
from deepemg.reconstruct.generic_arm import GenericArm


@dataclass(frozen=True)
class Weights:
    """`values` (k, n_hidden) on the commands, and the mean square torque error over the mean square torque."""

    values: np.ndarray
    torque_loss: float


def envelope_matrix(trial: Trial, observed: Sequence[str]) -> np.ndarray:
    """Envelopes (T, n_observed) of these muscles, in this order."""
    return np.column_stack([trial.envelopes[name] for name in observed])


def assemble(arm: Arm, trial: Trial, extra: np.ndarray, hidden: Sequence[str]) -> np.ndarray:
    """Measured envelopes and extrapolated ones (T, n_hidden) in the order of the arm, inside 0..1."""
    columns = dict(trial.envelopes) | dict(zip(hidden, extra.T, strict=True))
    return np.clip(np.column_stack([columns[name] for name in arm.muscle_names]), 0, 1)


def hidden_weights(
    trials: Sequence[Trial],
    models: Sequence[GenericArm],
    hidden: Sequence[str],
    commands: Sequence[np.ndarray],
    settings: dict[str, Any],
) -> Weights:
    """Bounded least squares on torque; `models` and `commands` (T, k) belong to the trials.

    Non-negative commands have weights in 0..1/max(command); scores of PCA have free ones, and 0..1 is kept by clipping.
    """
    from scipy.optimize import least_squares

    size = (commands[0].shape[1], len(hidden))
    if not hidden:
        return Weights(np.zeros(size), 0.0)
    arm = models[0].model.arm
    terms = [model.torque_terms(trial) for model, trial in zip(models, trials, strict=True)]
    scale = float(np.sqrt(np.mean(np.concatenate([trial.torque for trial in trials]) ** 2)))
    columns = [arm.muscle_names.index(name) for name in hidden]

    def errors(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scaled torque error (samples,) and weighted hidden activation (samples * n_hidden,)."""
        torque_errors, penalties = [], []
        for trial, command, model, term in zip(trials, commands, models, terms, strict=True):
            activation = model.activation(assemble(arm, trial, command @ flat.reshape(size), hidden))
            torque = (term.gain.detach().numpy() * activation).sum(axis=1) + term.passive.detach().numpy()
            torque_errors.append((torque - trial.torque) / scale)
            penalties.append(np.sqrt(settings["activation_penalty"]) * activation[:, columns].ravel())
        return np.concatenate(torque_errors), np.concatenate(penalties)

    def residuals(flat: np.ndarray) -> np.ndarray:
        return np.concatenate(errors(flat))

    start, bounds = _start(np.vstack(commands), len(hidden), settings)
    solution = least_squares(residuals, start, bounds=bounds)
    return Weights(solution.x.reshape(size), float(np.mean(errors(solution.x)[0] ** 2)))


def _start(commands: np.ndarray, hidden: int, settings: dict[str, Any]) -> tuple[np.ndarray, tuple[float, float]]:
    """First weights, flat, and their bounds."""
    size = commands.shape[1] * hidden
    if settings["factorisation"] == "pca":
        start = np.zeros((commands.shape[1], hidden))
        start[-1] = settings["start_weight"]  # the offset: inside 0..1, where the weights have a slope
        return start.ravel(), (-np.inf, np.inf)
    highest = 1 / max(float(commands.max()), np.finfo(float).tiny)
    return np.full(size, settings["start_weight"] * highest), (0.0, highest)
