"""What the networks estimate of an excitation, and back: its logarithm beside that of the level of its neighbours."""

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


def to_target(excitation: Tensor, neighbour_level: Tensor) -> Tensor:
    """Log ratio (..., M) of excitations to the level of their neighbours, both (..., M), with the muscle's offset."""
    return torch.log((excitation + OFFSET) / (neighbour_level + OFFSET)).clamp(-LARGEST, LARGEST)


def log_level(neighbour_level: Tensor, target: Tensor) -> Tensor:
    """Logarithm (..., M) of excitation and offset at a target (..., M) around the level of the neighbours (..., M)."""
    return torch.log(neighbour_level + OFFSET) + target


def from_log_level(centre: Array, sd: Any, offset: Any) -> tuple[Array, Array, Array]:
    """Mean, lower and upper limit of the 90 % band of an excitation whose logarithm, with the offset, is normal.

    `centre` and `sd` are mean and standard deviation of the logarithm. The mean is that of a log-normal: exp(centre +
    sd^2 / 2). Nothing is clipped here.
    """
    xp: Any = torch if isinstance(centre, Tensor) else np
    mean, lower, upper = (xp.exp(centre + shift) - offset for shift in (0.5 * sd**2, -QUANTILE * sd, QUANTILE * sd))
    return mean, lower, upper
