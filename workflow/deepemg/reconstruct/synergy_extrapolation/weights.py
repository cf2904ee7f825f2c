"""Constant weights of the hidden muscles, from torque."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pydantic import Field

from deepemg.reconstruct.numpy_forward import NumpyForward
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Trial


@settings_dataclass
class WeightSettings:
    """How the weights of the hidden muscles are found from torque."""

    activation_penalty: float = Field(
        default=0.01,
        ge=0,
        description="1. Weight of the mean square hidden activation, summed over the hidden muscles, beside the "
        "mean square torque error (Ao 2022 has such a term; the value is our choice).",
    )
    start_weight: float = Field(
        default=0.1, ge=0, le=1, description="1. Start of the hidden weights as a share of their upper bound."
    )


@dataclass(frozen=True)
class Weights:
    """`values` (k, n_hidden) on the commands, and the mean square torque error over the mean square torque."""

    values: np.ndarray
    torque_loss: float


def assemble(trial: Trial, extra: np.ndarray) -> np.ndarray:
    """Measured envelopes and extrapolated ones (T, n_hidden) in the order of the joint, inside 0..1."""
    envelopes = trial.envelopes.copy()
    envelopes[:, ~trial.is_observed] = extra
    return np.clip(envelopes, 0, 1)


def hidden_weights(
    trials: Sequence[Trial],
    models: Sequence[NumpyForward],
    hidden: Sequence[str],
    commands: Sequence[np.ndarray],
    settings: WeightSettings,
    *,
    bounded: bool,
) -> Weights:
    """Bounded least squares on torque; `models` and `commands` (T, k) belong to the trials.

    `bounded` weights of non-negative commands lie in 0..1/max(command); those of scores of PCA are free, and 0..1 is
    kept by clipping.
    """
    from scipy.optimize import least_squares

    size = (commands[0].shape[1], len(hidden))
    if not hidden:
        return Weights(np.zeros(size), 0.0)
    joint = models[0].model.joint
    terms = [model.torque_terms(trial) for model, trial in zip(models, trials, strict=True)]
    scale = float(np.sqrt(np.mean(np.concatenate([trial.torque for trial in trials]) ** 2)))
    columns = [joint.muscle_names.index(name) for name in hidden]

    def errors(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scaled torque error (samples,) and weighted hidden activation (samples * n_hidden,)."""
        torque_errors, penalties = [], []
        for trial, command, model, term in zip(trials, commands, models, terms, strict=True):
            activation = model.activation(assemble(trial, command @ flat.reshape(size)))
            torque = (term.gain.detach().numpy() * activation).sum(axis=1) + term.passive.detach().numpy()
            torque_errors.append((torque - trial.torque) / scale)
            penalties.append(np.sqrt(settings.activation_penalty) * activation[:, columns].ravel())
        return np.concatenate(torque_errors), np.concatenate(penalties)

    def residuals(flat: np.ndarray) -> np.ndarray:
        return np.concatenate(errors(flat))

    start, bounds = _start(np.vstack(commands), len(hidden), settings, bounded=bounded)
    solution = least_squares(residuals, start, bounds=bounds)
    return Weights(solution.x.reshape(size), float(np.mean(errors(solution.x)[0] ** 2)))


def _start(
    commands: np.ndarray, hidden: int, settings: WeightSettings, *, bounded: bool
) -> tuple[np.ndarray, tuple[float, float]]:
    """First weights, flat, and their bounds."""
    size = commands.shape[1] * hidden
    if not bounded:
        start = np.zeros((commands.shape[1], hidden))
        start[-1] = settings.start_weight  # the offset: inside 0..1, where the weights have a slope
        return start.ravel(), (-np.inf, np.inf)
    highest = 1 / max(float(commands.max()), np.finfo(float).tiny)
    return np.full(size, settings.start_weight * highest), (0.0, highest)
