"""Muscle-tendon length and moment arm as smooth, differentiable functions of the joint angle."""

from __future__ import annotations

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

from deepemg.arm.definition import Arm


class MuscleGeometry(torch.nn.Module):
    """Cubic spline through the arm's length table; the moment arm is minus its exact derivative, r = -dl/dq.

    Beyond the table the moment arm keeps its end value and the length follows from it, so both stay continuous.
    """

    coefficients: Tensor
    knots: Tensor

    def __init__(self, arm: Arm, dtype: torch.dtype = torch.float64):
        super().__init__()
        knots = np.deg2rad(arm.length_angles_deg)
        spline = CubicSpline(knots, arm.lengths)
        self.register_buffer("knots", torch.tensor(knots, dtype=dtype))
        self.register_buffer("coefficients", torch.tensor(spline.c, dtype=dtype))  # (4, K-1, n_muscles), cubic first

    def forward(self, angle: Tensor) -> tuple[Tensor, Tensor]:
        """Lengths and moment arms, both (..., n_muscles) in m, at angles (...) in rad."""
        inside = angle.clamp(self.knots[0], self.knots[-1])
        beyond = (angle - inside).unsqueeze(-1)
        index = torch.searchsorted(self.knots, inside.detach().contiguous(), right=True) - 1
        index = index.clamp(0, len(self.knots) - 2)
        step = (inside - self.knots[index]).unsqueeze(-1)
        c3, c2, c1, c0 = self.coefficients[:, index]
        slope = (3 * c3 * step + 2 * c2) * step + c1
        length = ((c3 * step + c2) * step + c1) * step + c0
        return length + slope * beyond, -slope
