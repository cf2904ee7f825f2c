"""Fit: synergies of all trials together, parameters of the arm, weights of the hidden muscles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.reconstruct.band import residual_half_widths
from deepemg.reconstruct.calibration import calibrate
from deepemg.reconstruct.contract import Trial, check_trials
from deepemg.reconstruct.generic_arm import GenericArm
from deepemg.reconstruct.mse.fitted import FittedMse
from deepemg.reconstruct.mse.synergies import extract
from deepemg.reconstruct.mse.weights import Weights, assemble, envelope_matrix, hidden_weights


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedMse:
    """Extrapolate with the generic parameters, with `own` calibrated ones, or with those of the `nmm`."""
    given = check_trials(trials, arm)
    observed = tuple(name for name in arm.muscle_names if name in given)  # in one order, whatever the sheet's
    hidden = tuple(name for name in arm.muscle_names if name not in given)
    envelopes = [envelope_matrix(trial, observed) for trial in trials]
    synergies = extract(np.vstack(envelopes), settings, seed=seed)
    commands = [synergies.commands(values) for values in envelopes]
    values = _nmm_parameters(trials, arm, settings, seed=seed) if settings["parameters"] == "nmm" else None
    weights = _weights(trials, arm, hidden, commands, values, settings)
    if settings["parameters"] == "own":
        for _ in range(settings["calibration_rounds"]):
            excitations = [assemble(arm, t, c @ weights.values, hidden) for t, c in zip(trials, commands, strict=True)]
            values = torch.from_numpy(calibrate(trials, arm, excitations, settings).personal)
            weights = _weights(trials, arm, hidden, commands, values, settings)
    left = np.maximum(np.vstack(envelopes), 0) - synergies.envelopes(np.vstack(commands))
    half_widths = residual_half_widths(dict(zip(observed, left.T, strict=True)), arm)
    personal = GenericArm(arm, rate_hz=1.0, settings=settings, values=values).values
    return FittedMse(arm, observed, hidden, synergies, weights, personal, half_widths, seed, settings)


def _weights(
    trials: Sequence[Trial],
    arm: Arm,
    hidden: Sequence[str],
    commands: Sequence[np.ndarray],
    values: Tensor | None,
    settings: dict[str, Any],
) -> Weights:
    models = [GenericArm(arm, rate_hz=trial.rate_hz, settings=settings, values=values) for trial in trials]
    return hidden_weights(trials, models, hidden, commands, settings)


def _nmm_parameters(trials: Sequence[Trial], arm: Arm, settings: dict[str, Any], *, seed: int) -> Tensor:
    """Parameters that `nmm-paper` finds on the same trials with the same seed."""
    from deepemg.reconstruct import nmm_paper

    block = {"forward": settings["forward"]} | settings["nmm-paper"]
    return torch.from_numpy(nmm_paper.fit(trials, arm, seed=seed, settings=block).personal)
