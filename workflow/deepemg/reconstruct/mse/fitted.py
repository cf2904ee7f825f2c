"""The extrapolation after its fit."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.band import band
from deepemg.reconstruct.contract import HISTORY, Reconstruction, Trial, check_trials
from deepemg.reconstruct.generic_arm import GenericArm
from deepemg.reconstruct.mse.synergies import Synergies, extract
from deepemg.reconstruct.mse.weights import Weights, assemble, envelope_matrix, hidden_weights


@dataclass(frozen=True)
class FittedMse:
    """Synergies and weights of the training trials; `personal` (n_parameters,) are the arm's parameters."""

    arm: Arm
    observed: tuple[str, ...]
    hidden: tuple[str, ...]
    synergies: Synergies
    weights: Weights
    personal: Tensor
    half_widths: np.ndarray
    seed: int
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """With `extraction: trial` synergies and weights are the trial's own, the weights from its own torque."""
        check_trials([trial], self.arm)
        model = GenericArm(self.arm, rate_hz=trial.rate_hz, settings=self.settings, values=self.personal)
        envelopes = envelope_matrix(trial, self.observed)
        synergies, weights = self.synergies, self.weights
        if self.settings["extraction"] == "trial":
            synergies = extract(envelopes, self.settings, seed=self.seed)
            weights = hidden_weights([trial], [model], self.hidden, [synergies.commands(envelopes)], self.settings)
        mean = assemble(self.arm, trial, synergies.commands(envelopes) @ weights.values, self.hidden)
        lower, upper = band(mean, self.half_widths)
        return Reconstruction(trial.time_s, self.arm.muscle_names, mean, lower, upper, model.torque(trial, mean))

    def parameters(self) -> pd.DataFrame:
        found = None if self.settings["parameters"] == "generic" else self.personal
        return GenericArm(self.arm, rate_hz=1.0, settings=self.settings, values=found).parameters()

    def history(self) -> pd.DataFrame:
        """One row: 1 - VAF of the factorisation as EMG loss, mean square torque error (scaled) as torque loss."""
        unexplained = 1 - self.synergies.vaf
        row = (0, unexplained + self.weights.torque_loss, unexplained, self.weights.torque_loss, 0.0)
        return pd.DataFrame([row], columns=list(HISTORY))

    def save(self, path: Path) -> None:
        model = {
            "method": "mse",
            "arm": describe_arm(self.arm),
            "observed": self.observed,
            "hidden": self.hidden,
            "scale": self.synergies.scale.tolist(),
            "centre": self.synergies.centre.tolist(),
            "synergies": self.synergies.components.tolist(),
            "vaf": self.synergies.vaf,
            "weights": self.weights.values.tolist(),
            "torque_loss": self.weights.torque_loss,
            "personal": self.personal.tolist(),
            "half_widths": self.half_widths.tolist(),
            "seed": self.seed,
            "settings": self.settings,
        }
        path.write_text(json.dumps(model, indent=1))


def load(path: Path) -> FittedMse:
    """Read what `save` wrote."""
    model = json.loads(path.read_text())
    names = ("scale", "centre", "synergies", "half_widths", "weights")
    scale, centre, components, half_widths, weights = (np.array(model[name], dtype=float) for name in names)
    return FittedMse(
        arm=restore_arm(model["arm"]),
        observed=tuple(model["observed"]),
        hidden=tuple(model["hidden"]),
        synergies=Synergies(model["settings"]["factorisation"], scale, centre, components, model["vaf"]),
        weights=Weights(weights, model["torque_loss"]),
        personal=torch.tensor(model["personal"], dtype=torch.float64),
        half_widths=half_widths,
        seed=model["seed"],
        settings=model["settings"],
    )
