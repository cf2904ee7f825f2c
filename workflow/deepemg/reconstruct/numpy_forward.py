"""The forward model as numpy functions of a trial, with generic parameters or with ones that were found."""

from __future__ import annotations

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel, TorqueTerms
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.settings import ForwardSettings
from deepemg.signals.recording import Trial


class NumpyForward:
    """The scaled joint with `values` (n_parameters,) of the scheme; None are the generic ones."""

    def __init__(self, joint: Joint, settings: ForwardSettings, *, rate_hz: float, values: Tensor | None = None):
        self.model = ForwardModel(joint, rate_hz=rate_hz, settings=settings)
        self.values = self.model.generic() if values is None else values.to(self.model.dtype)

    def activation(self, excitation: np.ndarray) -> np.ndarray:
        """Activations (T, n_muscles) of excitations (T, n_muscles)."""
        return self.model.activation(torch.tensor(excitation), self.values).numpy()

    def torque_terms(self, trial: Trial) -> TorqueTerms:
        """Torque per unit of activation and passive torque over a trial."""
        return self.model.torque_terms(torch.tensor(trial.angle), torch.tensor(trial.velocity), self.values)

    def torque(self, trial: Trial, excitation: np.ndarray) -> np.ndarray:
        """Joint torque (T,) of excitations (T, n_muscles)."""
        motion = torch.tensor(trial.angle), torch.tensor(trial.velocity)
        return self.model.torque(torch.from_numpy(self.activation(excitation)), *motion, self.values).detach().numpy()


def generic_parameters(joint: Joint, settings: ForwardSettings) -> pd.DataFrame:
    """Parameter table of a method that keeps the generic ones, with their prior spread."""
    scheme = parameter_scheme(joint, settings.scheme)
    return scheme.table(scheme.generic, sd=scheme.prior_sd)
