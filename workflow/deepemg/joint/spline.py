"""A table as a smooth, differentiable function: cubic spline, straight beyond its ends."""

from __future__ import annotations

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor


class CubicTable(torch.nn.Module):
    """Cubic spline through `values` (K, n) at `knots` (K,), with its exact slope."""

    coefficients: Tensor
    knots: Tensor

    def __init__(self, knots: np.ndarray, values: np.ndarray, dtype: torch.dtype = torch.float64):
        super().__init__()
        spline = CubicSpline(knots, values)
        self.register_buffer("knots", torch.tensor(knots, dtype=dtype))
        self.register_buffer("coefficients", torch.tensor(spline.c, dtype=dtype))  # (4, K-1, n), cubic first

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Values and slopes, both (..., n), at `x` (...); beyond the knots the slope keeps its end value."""
        inside = x.clamp(self.knots[0], self.knots[-1])
        beyond = (x - inside).unsqueeze(-1)
        index = torch.searchsorted(self.knots, inside.detach().contiguous(), right=True) - 1
        index = index.clamp(0, len(self.knots) - 2)
        step = (inside - self.knots[index]).unsqueeze(-1)
        c3, c2, c1, c0 = self.coefficients[:, index]
        slope = (3 * c3 * step + 2 * c2) * step + c1
        value = ((c3 * step + c2) * step + c1) * step + c0
        return value + slope * beyond, slope
