"""Neural activation to activation, and back, in numpy and torch alike; the shapes broadcast.

Torch is imported for its own tensors only: the simulator of the truth does without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, cast

import numpy as np

if TYPE_CHECKING:
    from torch import Tensor

Array = TypeVar("Array", np.ndarray, "Tensor")


def activation_curve(neural: Array, nonlinearity: Array | float) -> Array:
    """Activation a = (exp(A u) - 1) / (exp(A) - 1) of neural activation u in 0..1, A < 0 (Lloyd and Besier 2003).

    A below 0 bends it, so that weak EMG gives more force.
    """
    xp = _library(neural)
    return cast(Array, xp.expm1(nonlinearity * neural) / xp.expm1(nonlinearity))


def inverse_activation_curve(activation: Array, nonlinearity: Array | float) -> Array:
    """Neural activation u = log(1 + a (exp(A) - 1)) / A of an activation a in 0..1: undoes `activation_curve`."""
    xp = _library(activation)
    return cast(Array, xp.log1p(activation * xp.expm1(nonlinearity)) / nonlinearity)


def _library(values: Any) -> Any:
    """numpy or torch, whichever the values are of."""
    if isinstance(values, np.ndarray):
        return np
    import torch

    return torch
