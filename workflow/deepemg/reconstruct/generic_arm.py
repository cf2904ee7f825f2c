"""Torque and parameter table of methods whose parameters are generic, or were found before."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.arm.forward import ForwardModel, TorqueTerms
from deepemg.reconstruct.contract import Trial


class GenericArm:
    """The scaled arm with generic parameters, or with `values` (n_parameters,), as numpy functions of a trial."""

    def __init__(self, arm: Arm, *, rate_hz: float, settings: dict[str, Any], values: Tensor | None = None):
        self.model = ForwardModel(arm, rate_hz=rate_hz, **settings["forward"])
        self.estimated = values is not None
        self.values = self.model.generic() if values is None else values.to(self.model.dtype)

    def activation(self, excitation: np.ndarray) -> np.ndarray:
        """Activations (T, n_muscles) of excitations (T, n_muscles)."""
        return self.model.activation(torch.from_numpy(excitation), self.values).numpy()

    def torque_terms(self, trial: Trial) -> TorqueTerms:
        """Torque per unit of activation and passive torque over a trial."""
        return self.model.torque_terms(torch.from_numpy(trial.angle), torch.from_numpy(trial.velocity), self.values)

    def torque(self, trial: Trial, excitation: np.ndarray) -> np.ndarray:
        """Joint torque (T,) of excitations (T, n_muscles)."""
        motion = torch.from_numpy(trial.angle), torch.from_numpy(trial.velocity)
        return self.model.torque(torch.from_numpy(self.activation(excitation)), *motion, self.values).detach().numpy()

    def parameters(self) -> pd.DataFrame:
        """The parameters as the personal ones; generic ones with their prior spread, found ones without any."""
        spread = {} if self.estimated else {"sd": self.model.scheme.prior_sd}
        return self.model.scheme.table(self.values.numpy(), **spread)
