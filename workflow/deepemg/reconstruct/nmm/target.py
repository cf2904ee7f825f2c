"""What the networks estimate of an excitation, and back: its logarithm beside that of a reference level."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
import torch
from torch import Tensor

from deepemg.reconstruct.nmm.slots import FLEXOR

OFFSET = torch.where(FLEXOR, 0.02, 0.01)  # (M,), keeps logarithms of silent muscles finite
QUANTILE = 1.645  # of the normal distribution, 90 % inside
LARGEST = 4.0  # of a target: a factor of 50

Array = TypeVar("Array", np.ndarray, Tensor)


def to_target(excitation: Tensor, reference: Tensor) -> Tensor:
    """Log ratio (..., M) of excitations (..., M) to their reference (..., M), both with the offset of the muscle."""
    return torch.log((excitation + OFFSET) / (reference + OFFSET)).clamp(-LARGEST, LARGEST)


def log_level(reference: Tensor, target: Tensor) -> Tensor:
    """Logarithm (..., M) of excitation and offset at a target (..., M) around a reference (..., M)."""
    return torch.log(reference + OFFSET) + target


def from_log_level(centre: Array, sd: Any, offset: Any) -> tuple[Array, Array, Array]:
    """Mean, lower and upper limit of the 90 % band of an excitation whose logarithm, with the offset, is normal.

    `centre` and `sd` are mean and standard deviation of the logarithm. The mean is that of a log-normal: exp(centre +
    sd^2 / 2). Nothing is clipped here.
    """
    xp: Any = torch if isinstance(centre, Tensor) else np
    mean, lower, upper = (xp.exp(centre + shift) - offset for shift in (0.5 * sd**2, -QUANTILE * sd, QUANTILE * sd))
    return mean, lower, upper
