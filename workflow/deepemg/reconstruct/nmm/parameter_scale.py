"""The scale on which personal parameters are estimated: prior standard deviations from the generic value."""

from __future__ import annotations

import torch
from torch import Tensor

from deepemg.joint.definition import load_joint
from deepemg.joint.parameters import parameter_scheme
from deepemg.reconstruct.nmm.slots import JOINT, SCHEME

RATIOS = ("max_isometric_force", "optimal_fibre_length", "tendon_slack_length")


class ParameterScale:
    """Log ratios for sizes and strengths, differences for the rest, over the prior sd of the scheme of the slots."""

    def __init__(self) -> None:
        self.scheme = parameter_scheme(load_joint(JOINT), SCHEME)
        self.generic, self.sd = (torch.tensor(v).float() for v in (self.scheme.generic, self.scheme.prior_sd))
        self.ratio = torch.tensor([name in RATIOS for name in self.scheme.parameters])

    def deviation(self, values: Tensor) -> Tensor:
        """From values (..., P) in their own units."""
        ratio = torch.where(self.ratio, values / self.generic, 1.0)
        return torch.where(self.ratio, torch.log(ratio) * self.generic, values - self.generic) / self.sd

    def values(self, deviation: Tensor) -> Tensor:
        """Values (..., P) in their own units; a log ratio is read on the relative spread of the parameter."""
        ratio = self.generic * torch.exp(torch.where(self.ratio, deviation * self.sd / self.generic, 0.0))
        return torch.where(self.ratio, ratio, self.generic + deviation * self.sd)
