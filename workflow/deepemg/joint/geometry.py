"""Muscle-tendon length and moment arm as smooth, differentiable functions of the joint angle."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.joint.spline import CubicTable


class MuscleGeometry(torch.nn.Module):
    """Cubic spline through the joint's length table; the moment arm is minus its exact derivative, r = -dl/dq.

    Beyond the table the moment arm keeps its end value and the length follows from it, so both stay continuous.
    """

    def __init__(self, joint: Joint, dtype: torch.dtype = torch.float64):
        super().__init__()
        self.lengths = CubicTable(np.deg2rad(joint.length_angles_deg), joint.lengths, dtype)

    def forward(self, angle: Tensor) -> tuple[Tensor, Tensor]:
        """Lengths and moment arms, both (..., n_muscles) in m, at angles (...) in rad."""
        length, slope = self.lengths(angle)
        return length, -slope
