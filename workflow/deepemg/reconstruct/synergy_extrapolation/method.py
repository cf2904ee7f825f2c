"""The extrapolation: settings, fit, and what it is after the fit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.band import band, residual_half_widths
from deepemg.reconstruct.calibration import CalibrationSettings, calibrate
from deepemg.reconstruct.contract import HISTORY, Fitted, Method, Reconstruction, check_recording, check_trial
from deepemg.reconstruct.numpy_forward import NumpyForward, generic_parameters
from deepemg.reconstruct.paper_nmm.method import PaperNMM
from deepemg.reconstruct.synergy_extrapolation.synergies import Synergies, SynergySettings, extract
from deepemg.reconstruct.synergy_extrapolation.weights import Weights, WeightSettings, assemble, hidden_weights
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial


@settings_dataclass
class SynergyExtrapolation(SynergySettings, WeightSettings, Method):
    """Muscle synergy extrapolation."""

    name: ClassVar[str] = "mse"
    extraction: Literal["fit", "trial"] = Field(
        default="fit",
        description="fit = synergies and weights of all training trials of the fit together (per load or per subject); "
        "trial = those of each reconstructed trial itself, weights from its own torque (Ao 2022).",
    )
    parameters: Literal["generic", "own", "nmm-paper"] = Field(
        default="generic",
        description="generic, own (calibrated with the weights, in turn) or nmm-paper (those that nmm-paper finds "
        "on the same trials), so that a gain of calibration is not taken for one of method.",
    )
    calibration_rounds: int = Field(
        default=3, ge=1, le=100, description="Turns of parameters and weights where the parameters are its own."
    )
    forward: ForwardSettings = Field(
        default=ForwardSettings(), description="Forward model; for the weights its tendons are taken as rigid."
    )
    calibration: CalibrationSettings = Field(
        default=CalibrationSettings(), description="How its own parameters are found."
    )
    paper: PaperNMM = Field(default=PaperNMM(), description="nmm-paper, where the parameters are its.")

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedSynergyExtrapolation:
        """Synergies of all trials together, parameters of the joint, weights of the hidden muscles."""
        observed = check_recording(recording)
        joint, trials = recording.joint, recording.trials
        envelopes = [trial.observed_matrix() for trial in trials]
        synergies = extract(np.vstack(envelopes), self, seed=seed)
        commands = [synergies.commands(values) for values in envelopes]
        values = None
        if self.parameters == "nmm-paper":
            values = torch.from_numpy(self.paper.fit(recording, seed=seed).personal)
        weights = self.find_weights(recording, commands, values)
        if self.parameters == "own":
            for _ in range(self.calibration_rounds):
                excitations = [assemble(t, c @ weights.values) for t, c in zip(trials, commands, strict=True)]
                values = torch.from_numpy(calibrate(recording, excitations, self.calibration, self.forward).personal)
                weights = self.find_weights(recording, commands, values)
        left = np.maximum(np.vstack(envelopes), 0) - synergies.envelopes(np.vstack(commands))
        half_widths = residual_half_widths(dict(zip(observed, left.T, strict=True)), joint)
        personal = NumpyForward(joint, self.forward, rate_hz=1.0, values=values).values
        return FittedSynergyExtrapolation(self, joint, observed, synergies, weights, personal, half_widths, seed)

    def find_weights(self, recording: Recording, commands: Sequence[np.ndarray], values: Tensor | None) -> Weights:
        """Weights of the muscles that the trials do not observe, with parameters `values`; None = the generic ones."""
        trials, hidden = (
            recording.trials,
            [n for n in recording.joint.muscle_names if n not in recording.trials[0].observed],
        )
        models = [NumpyForward(recording.joint, self.forward, rate_hz=trial.rate_hz, values=values) for trial in trials]
        return hidden_weights(trials, models, hidden, commands, self, bounded=self.factorisation == "nmf")

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedSynergyExtrapolation:
        """What `state` gave."""
        scale, centre, components, weights = (
            state[name].numpy() for name in ("scale", "centre", "synergies", "weights")
        )
        return FittedSynergyExtrapolation(
            method=self,
            joint=joint,
            observed=tuple(state["observed"]),
            synergies=Synergies(self.factorisation, scale, centre, components, state["vaf"]),
            weights=Weights(weights, state["torque_loss"]),
            personal=state["personal"],
            half_widths=state["half_widths"].numpy(),
            seed=state["seed"],
        )


@dataclass(frozen=True, eq=False, repr=False)
class FittedSynergyExtrapolation(Fitted):
    """Synergies and weights of the training trials; `personal` (n_parameters,) are the joint's parameters."""

    method: SynergyExtrapolation
    joint: Joint
    observed: tuple[str, ...]
    synergies: Synergies
    weights: Weights
    personal: Tensor
    half_widths: np.ndarray
    seed: int

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """With `extraction: trial` synergies and weights are the trial's own, the weights from its own torque.

        Only the muscles that the training trials observed are read. Raises ValueError where one of them is missing.
        """
        check_trial(trial, self.joint)
        trial = trial.without([name for name in trial.observed if name not in self.observed])
        if trial.observed != self.observed:
            raise ValueError(f"trial {trial.name} observes {trial.observed}, the training trials {self.observed}")
        envelopes = trial.observed_matrix()
        synergies, weights = self.synergies, self.weights
        if self.method.extraction == "trial":
            synergies = extract(envelopes, self.method, seed=self.seed)
            alone = Recording(self.joint, (trial,))
            weights = self.method.find_weights(alone, [synergies.commands(envelopes)], self.personal)
        mean = assemble(trial, synergies.commands(envelopes) @ weights.values)
        lower, upper = band(mean, self.half_widths)
        model = NumpyForward(self.joint, self.method.forward, rate_hz=trial.rate_hz, values=self.personal)
        torque = model.torque(trial, mean)
        return Reconstruction(trial.name, trial.time_s, self.joint.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        """Generic ones with their prior spread; found ones without any."""
        if self.method.parameters == "generic":
            return generic_parameters(self.joint, self.method.forward)
        return parameter_scheme(self.joint, self.method.forward.scheme).table(self.personal.numpy())

    def history(self) -> pd.DataFrame:
        """One row: 1 - VAF of the factorisation as EMG loss, mean square torque error (scaled) as torque loss."""
        unexplained = 1 - self.synergies.vaf
        row = (0, unexplained + self.weights.torque_loss, unexplained, self.weights.torque_loss, 0.0)
        return pd.DataFrame([row], columns=list(HISTORY))

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        arrays = {
            "scale": self.synergies.scale,
            "centre": self.synergies.centre,
            "synergies": self.synergies.components,
            "weights": self.weights.values,
            "half_widths": self.half_widths,
        }
        numbers: dict[str, Any] = {
            "vaf": self.synergies.vaf,
            "torque_loss": self.weights.torque_loss,
            "seed": self.seed,
        }
        numbers["observed"] = list(self.observed)
        tensors = {name: torch.from_numpy(np.ascontiguousarray(values)) for name, values in arrays.items()}
        return numbers | tensors | {"personal": self.personal}
