"""The terms of the training loss, each dimensionless."""

from __future__ import annotations

from torch import Tensor


def emg_loss(estimate: Tensor, measured: Tensor, scale: Tensor) -> Tensor:
    """Mean square error of the observed envelopes (B, T, n_observed) over their mean square (paper: EMG loss)."""
    return ((estimate - measured) ** 2).mean() / scale**2


def torque_loss(estimate: Tensor, inverse_dynamics: Tensor, scale: Tensor) -> Tensor:
    """Mean square error of joint torque (B, T), N m, over that of all training torque (paper: torque constraint)."""
    return ((estimate - inverse_dynamics) ** 2).mean() / scale**2


def parameter_loss(deviation: Tensor) -> Tensor:
    """Mean square distance of the parameters (P,) from generic ones, in prior standard deviations (our choice)."""
    return (deviation**2).mean()
