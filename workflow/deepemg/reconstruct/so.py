"""`so`: static optimisation. Activations that give the inverse-dynamics torque with the least effort, sample by sample.

min sum a^p subject to gain . a = torque - passive torque and 0 <= a <= 1 (Crowninshield and Brand 1981; Anderson and
Pandy 2001), on the scaled arm with generic parameters. It reads the torque of the trial it reconstructs and no EMG.
The answer is an activation; it is reported as the envelope, without undoing delay, filter and shape of the activation
dynamics.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from deepemg.arm.definition import Arm
from deepemg.arm.forward import ForwardModel
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.band import band, residual_half_widths
from deepemg.reconstruct.contract import HISTORY, Reconstruction, Trial, check_trials
from deepemg.reconstruct.generic_arm import GenericArm


@dataclass(frozen=True)
class FittedSo:
    """`half_widths` (n_muscles,) is how far the optimised observed muscles are from the measured ones."""

    arm: Arm
    half_widths: np.ndarray
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones optimised; `torque` is that of the whole optimum."""
        check_trials([trial], self.arm)
        optimum, torque = optimise(trial, self.arm, self.settings)
        mean = with_measured(trial, self.arm, optimum)
        lower, upper = band(mean, self.half_widths)
        return Reconstruction(trial.time_s, self.arm.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        return GenericArm(self.arm, rate_hz=1.0, settings=self.settings).parameters()

    def history(self) -> pd.DataFrame:
        return pd.DataFrame(columns=list(HISTORY))

    def save(self, path: Path) -> None:
        model = {
            "method": "so",
            "arm": describe_arm(self.arm),
            "half_widths": self.half_widths.tolist(),
            "settings": self.settings,
        }
        path.write_text(json.dumps(model, indent=1))


def least_effort(gain: np.ndarray, demand: np.ndarray, *, exponent: float) -> np.ndarray:
    """Activations (T, n_muscles) in 0..1 with gain . a = demand (T,) and the least sum of a^exponent, exponent > 1.

    `gain` (T, n_muscles) is torque per unit of activation, in N m as the demand. A muscle between its bounds meets
    p a^(p-1) = multiplier gain, so a = level gain^(1/(p-1)); antagonists rest. Muscles beyond 1 are held there and the
    level is solved again; it only grows, so n_muscles rounds are enough. Where all are held, torque falls short.
    """
    pull = np.maximum(gain * np.sign(demand)[:, None], 0)
    share = pull ** (1 / (exponent - 1))
    full = np.zeros(gain.shape, dtype=bool)
    for _ in range(gain.shape[1]):
        rest = np.abs(demand) - np.sum(pull, axis=1, where=full)
        leverage = np.sum(pull * share, axis=1, where=~full)
        level = np.divide(rest, leverage, out=np.zeros_like(rest), where=leverage > 0)
        activation = np.where(full, 1, level[:, None] * share)
        full = full | (activation > 1)
    return np.minimum(activation, 1)


def optimise(trial: Trial, arm: Arm, settings: dict[str, Any]) -> tuple[np.ndarray, np.ndarray]:
    """Activations (T, n_muscles) of a trial by least effort, tendons taken as rigid, and their torque (T,) in N m."""
    model = ForwardModel(arm, rate_hz=trial.rate_hz, **settings["forward"])
    motion = torch.tensor(trial.angle), torch.tensor(trial.velocity)
    terms = model.torque_terms(*motion, model.generic())
    demand = trial.torque - terms.passive.numpy()
    activation = least_effort(terms.gain.numpy(), demand, exponent=settings["exponent"])
    return activation, model.torque(torch.tensor(activation), *motion, model.generic()).numpy()


def with_measured(trial: Trial, arm: Arm, solution: np.ndarray) -> np.ndarray:
    """`solution` (T, n_muscles) with the measured envelopes in place of the observed muscles, inside 0..1."""
    columns = dict(zip(arm.muscle_names, solution.T, strict=True)) | trial.envelopes
    return np.clip(np.column_stack([columns[name] for name in arm.muscle_names]), 0, 1)


def observed_half_widths(trials: Sequence[Trial], arm: Arm, solutions: Sequence[np.ndarray]) -> np.ndarray:
    """Half widths (n_muscles,) of the band: solutions (T, n_muscles) of the trials minus the measured envelopes."""
    residuals = {}
    for name in trials[0].observed:
        place = arm.muscle_names.index(name)
        errors = [solved[:, place] - trial.envelopes[name] for trial, solved in zip(trials, solutions, strict=True)]
        residuals[name] = np.concatenate(errors)
    return residual_half_widths(residuals, arm)


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedSo:
    """Optimise the training trials to learn the band; `seed` changes nothing here."""
    check_trials(trials, arm)
    solutions = [optimise(trial, arm, settings)[0] for trial in trials]
    return FittedSo(arm, observed_half_widths(trials, arm, solutions), settings)


def load(path: Path) -> FittedSo:
    """Read what `save` wrote."""
    model = json.loads(path.read_text())
    half_widths = np.array(model["half_widths"], dtype=float)
    return FittedSo(restore_arm(model["arm"]), half_widths, model["settings"])
