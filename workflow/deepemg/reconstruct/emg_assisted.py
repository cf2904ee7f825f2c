"""`hybrid`: a calibrated EMG-driven model that then tracks torque, after CEINMS (Pizzolato 2015, "EMG-assisted").

Calibration (Lloyd and Besier 2003): the parameters of the scheme are fitted, inside their bounds and with a penalty on
leaving the generic values, so that the measured envelopes give the inverse-dynamics torque of the training trials; a
hidden muscle is driven by its observed neighbours. Execution (Sartori 2014): at each sample the activations of observed
muscles are adjusted and those of hidden muscles synthesised by a bounded least-squares trade of torque error, distance
of the observed from their measured activations, and effort of the hidden ones (or their distance from the neighbours').
It reads the torque of the trial it reconstructs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field

from deepemg.joint.activation_curve import inverse_activation_curve
from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.settings import ForwardSettings, Scheme
from deepemg.reconstruct.band import band, observed_half_widths
from deepemg.reconstruct.calibration import CalibrationSettings, calibrate, root_mean_square_torque
from deepemg.reconstruct.contract import (
    HISTORY,
    Fitted,
    Method,
    Reconstruction,
    check_recording,
    check_trial,
    with_measured,
)
from deepemg.reconstruct.copy import mapped_excitation
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial

HALVINGS = 60  # of the bracket of the torque error: below the resolution of float64


@settings_dataclass
class EMGAssisted(Method):
    """EMG-driven model calibrated on torque, then EMG-assisted torque tracking (as CEINMS)."""

    name: ClassVar[str] = "hybrid"
    scheme: Scheme = Field(
        default="strength_factors",
        description="Its parameters instead of those of the forward model; strength_factors holds what CEINMS "
        "calibrates.",
    )
    torque_weight: float = Field(
        default=1.0,
        ge=0,
        description="1. Weight of the squared torque error over the mean square training torque, by sample; a "
        "tolerance of 10 % makes it the unit of the others.",
    )
    emg_weight: float = Field(
        default=4.0,
        ge=0,
        description="1. Weight of the squared adjustment of an observed activation (tolerance 0.05; our choice).",
    )
    hidden_weight: float = Field(
        default=0.25,
        ge=0,
        description="1. Weight of the squared distance of a hidden activation from its target (tolerance 0.2; our "
        "choice).",
    )
    hidden_target: Literal["rest", "mapped"] = Field(
        default="rest",
        description="rest (effort, as CEINMS' synthesised muscles) or mapped (the mean of the observed muscles with "
        "the same action).",
    )
    forward: ForwardSettings = Field(default=ForwardSettings(), description="Forward model, but for the scheme.")
    calibration: CalibrationSettings = Field(default=CalibrationSettings(), description="How the parameters are found.")

    @property
    def own_forward(self) -> ForwardSettings:
        """The forward model with the method's own parameters."""
        return replace(self.forward, scheme=self.scheme)

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedEMGAssisted:
        """Calibrate on all trials together, then execute them to learn the band; `seed` changes nothing here."""
        check_recording(recording)
        joint, trials = recording.joint, recording.trials
        scale = root_mean_square_torque(trials)
        mapped = [mapped_excitation(trial, joint) for trial in trials]
        found = calibrate(recording, mapped, self.calibration, self.own_forward)
        solutions = [execute(trial, joint, found.personal, scale, self)[0] for trial in trials]
        half_widths = observed_half_widths(recording, solutions)
        return FittedEMGAssisted(self, joint, found.personal, scale, half_widths, found.losses)

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedEMGAssisted:
        """What `state` gave."""
        personal, half_widths = state["personal"].numpy(), state["half_widths"].numpy()
        return FittedEMGAssisted(
            self, joint, personal, state["torque_scale"], half_widths, pd.DataFrame(state["losses"])
        )


@dataclass(frozen=True, eq=False, repr=False)
class FittedEMGAssisted(Fitted):
    """`personal` (n_parameters,) in the order of the scheme; `torque_scale` (N m) is the RMS of the training torque."""

    method: EMGAssisted
    joint: Joint
    personal: np.ndarray
    torque_scale: float
    half_widths: np.ndarray
    losses: pd.DataFrame

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones synthesised; `torque` is that of the whole adjusted solution."""
        check_trial(trial, self.joint)
        envelopes, torque = execute(trial, self.joint, self.personal, self.torque_scale, self.method)
        mean = with_measured(trial, envelopes)
        lower, upper = band(mean, self.half_widths)
        return Reconstruction(trial.name, trial.time_s, self.joint.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        """Point estimates without spread, so `sd` is empty and nothing is called identified."""
        return parameter_scheme(self.joint, self.method.scheme).table(self.personal)

    def history(self) -> pd.DataFrame:
        """Two rows: generic parameters (epoch 0) and calibrated ones (number of iterations)."""
        return self.losses[list(HISTORY)]

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        return {
            "personal": torch.from_numpy(self.personal),
            "torque_scale": self.torque_scale,
            "half_widths": torch.from_numpy(self.half_widths),
            "losses": self.losses.to_dict("list"),
        }


def track(
    gain: np.ndarray, demand: np.ndarray, target: np.ndarray, weight: np.ndarray, *, torque_weight: float
) -> np.ndarray:
    """Activations (T, n_muscles) in 0..1 of the least torque_weight (gain . a - demand)^2 + sum weight (a - target)^2.

    gain, target (T, n_muscles); demand (T,); weight (n_muscles,), positive. With the torque error e = gain . a - demand
    the optimum is a = clip(target - torque_weight e gain / weight, 0, 1), and e is the one root of a falling function.
    """

    def at(error: np.ndarray) -> np.ndarray:
        return np.clip(target - torque_weight * error[:, None] * gain / weight, 0, 1)

    low = np.minimum(gain, 0).sum(axis=1) - demand
    high = np.maximum(gain, 0).sum(axis=1) - demand
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        above = (gain * at(middle)).sum(axis=1) - demand > middle  # the error at the optimum is larger
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return at(0.5 * (low + high))


def execute(
    trial: Trial, joint: Joint, personal: np.ndarray, torque_scale: float, settings: EMGAssisted
) -> tuple[np.ndarray, np.ndarray]:
    """Envelopes (T, n_muscles) of the adjusted and synthesised activations, and their torque (T,) in N m.

    Tracking takes tendons as rigid. The shape of the activation dynamics is undone, their delay and filter are not: an
    envelope made from torque is late by them.
    """
    model = ForwardModel(joint, rate_hz=trial.rate_hz, settings=settings.own_forward)
    values, motion = torch.tensor(personal), (torch.tensor(trial.angle), torch.tensor(trial.velocity))
    mapped = model.activation(torch.tensor(mapped_excitation(trial, joint)), values).numpy()
    terms = model.torque_terms(*motion, values)
    observed = trial.is_observed
    hidden_target = {"rest": np.zeros_like(mapped), "mapped": mapped}[settings.hidden_target]
    activation = track(
        terms.gain.numpy() / torque_scale,
        (trial.torque - terms.passive.numpy()) / torque_scale,
        target=np.where(observed, mapped, hidden_target),
        weight=np.where(observed, settings.emg_weight, settings.hidden_weight),
        torque_weight=settings.torque_weight,
    )
    envelopes = inverse_activation_curve(activation, model.scheme.read(values, "emg_nonlinearity").numpy())
    return envelopes, model.torque(torch.tensor(activation), *motion, values).numpy()
