"""`so`: static optimisation. Activations that give the inverse-dynamics torque with the least effort, sample by sample.

min sum a^p subject to gain . a = torque - passive torque and 0 <= a <= 1 (Crowninshield and Brand 1981; Anderson and
Pandy 2001), on the scaled joint with generic parameters. It reads the torque of the trial it reconstructs and no EMG.
The answer is an activation; it is reported as the envelope, without undoing delay, filter and shape of the activation
dynamics.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field

from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.band import band, observed_half_widths
from deepemg.reconstruct.contract import Fitted, Method, Reconstruction, check_recording, check_trial, with_measured
from deepemg.reconstruct.numpy_forward import generic_parameters
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial


@settings_dataclass
class StaticOptimisation(Method):
    """Static optimisation, effort only, with generic parameters."""

    name: ClassVar[str] = "so"
    exponent: Literal[2, 3] = Field(
        default=2, description="1. p of the effort sum a^p (Crowninshield and Brand 1981 use 3, most studies 2)."
    )
    forward: ForwardSettings = Field(
        default=ForwardSettings(), description="Forward model; its tendons are taken as rigid."
    )

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedStaticOptimisation:
        """Optimise the training trials to learn the band; `seed` changes nothing here."""
        check_recording(recording)
        solutions = [optimise(trial, recording.joint, self)[0] for trial in recording.trials]
        return FittedStaticOptimisation(self, recording.joint, observed_half_widths(recording, solutions))

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedStaticOptimisation:
        """What `state` gave."""
        return FittedStaticOptimisation(self, joint, state["half_widths"].numpy())


@dataclass(frozen=True, eq=False, repr=False)
class FittedStaticOptimisation(Fitted):
    """`half_widths` (n_muscles,) is how far the optimised observed muscles are from the measured ones."""

    method: StaticOptimisation
    joint: Joint
    half_widths: np.ndarray

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones optimised; `torque` is that of the whole optimum."""
        check_trial(trial, self.joint)
        optimum, torque = optimise(trial, self.joint, self.method)
        mean = with_measured(trial, optimum)
        lower, upper = band(mean, self.half_widths)
        return Reconstruction(trial.name, trial.time_s, self.joint.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        """The generic ones, with their prior spread."""
        return generic_parameters(self.joint, self.method.forward)

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        return {"half_widths": torch.from_numpy(self.half_widths)}


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


def optimise(trial: Trial, joint: Joint, settings: StaticOptimisation) -> tuple[np.ndarray, np.ndarray]:
    """Activations (T, n_muscles) of a trial by least effort, tendons taken as rigid, and their torque (T,) in N m."""
    model = ForwardModel(joint, rate_hz=trial.rate_hz, settings=settings.forward)
    motion = torch.tensor(trial.angle), torch.tensor(trial.velocity)
    terms = model.torque_terms(*motion, model.generic())
    demand = trial.torque - terms.passive.numpy()
    activation = least_effort(terms.gain.numpy(), demand, exponent=settings.exponent)
    return activation, model.torque(torch.tensor(activation), *motion, model.generic()).numpy()
