"""`copy`: a hidden muscle is the mean of the observed muscles with the same action. Nothing is fitted but the band."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import pandas as pd
import torch
from pydantic import Field

from deepemg.joint.definition import Joint
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.band import band, residual_half_widths
from deepemg.reconstruct.contract import Fitted, Method, Reconstruction, check_recording, check_trial
from deepemg.reconstruct.numpy_forward import NumpyForward, generic_parameters
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial


@settings_dataclass
class Copy(Method):
    """Copy the observed muscles; the forward model only says what torque that would be."""

    name: ClassVar[str] = "copy"
    forward: ForwardSettings = Field(default=ForwardSettings(), description="Forward model of the torque.")

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedCopy:
        """Copy each observed muscle from its observed neighbours to learn the band; `seed` changes nothing here."""
        observed, joint = check_recording(recording), recording.joint
        residuals = {}
        for muscle in observed:
            same = [
                n for n in neighbours(muscle, observed, joint) if joint.muscle(n).action == joint.muscle(muscle).action
            ]
            if same:
                errors = [t.envelope(muscle) - np.mean([t.envelope(n) for n in same], axis=0) for t in recording.trials]
                residuals[muscle] = np.concatenate(errors)
        return FittedCopy(self, joint, residual_half_widths(residuals, joint))

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedCopy:
        """What `state` gave."""
        return FittedCopy(self, joint, state["half_widths"].numpy())


@dataclass(frozen=True, eq=False, repr=False)
class FittedCopy(Fitted):
    """`half_widths` (n_muscles,) is how far the observed muscles are from their observed neighbours."""

    method: Copy
    joint: Joint
    half_widths: np.ndarray

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones copied; torque is that of generic parameters."""
        check_trial(trial, self.joint)
        mean = mapped_excitation(trial, self.joint)
        lower, upper = band(mean, self.half_widths)
        torque = NumpyForward(self.joint, self.method.forward, rate_hz=trial.rate_hz).torque(trial, mean)
        return Reconstruction(trial.name, trial.time_s, self.joint.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        """The generic ones, with their prior spread."""
        return generic_parameters(self.joint, self.method.forward)

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        return {"half_widths": torch.from_numpy(self.half_widths)}


def neighbours(muscle: str, observed: Sequence[str], joint: Joint) -> list[str]:
    """Observed muscles with the same action as `muscle`, without itself; all observed ones where there are none."""
    others = [name for name in observed if name != muscle]
    same = [name for name in others if joint.muscle(name).action == joint.muscle(muscle).action]
    return same or others


def mapped_excitation(trial: Trial, joint: Joint) -> np.ndarray:
    """Excitations (T, n_muscles) in 0..1: measured where observed, else the mean of the observed neighbours."""
    observed = trial.observed
    sources = [[name] if name in observed else neighbours(name, observed, joint) for name in joint.muscle_names]
    return np.clip(np.column_stack([np.mean([trial.envelope(n) for n in names], axis=0) for names in sources]), 0, 1)
