"""Excitation to activation: delay, linear activation dynamics, exponential shape."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def _kernel(delay_s: Tensor, *, time_constant_s: float, rate_hz: float, longest_delay_s: float) -> Tensor:
    """Weights (K,) of a delayed, critically damped second-order low-pass of unit gain.

    Differences of its step response 1 - (1 + s) exp(-s), s = (t - delay) / time constant, taken half a sample around
    each tap, so that the weights add up to one and the delay stays differentiable between samples.
    """
    taps = math.ceil((longest_delay_s + 8 * time_constant_s) * rate_hz) + 1
    edges = (torch.arange(taps + 1, dtype=delay_s.dtype, device=delay_s.device) - 0.5) / rate_hz
    s = ((edges - delay_s) / time_constant_s).clamp(min=0.0)
    step = 1 - (1 + s) * torch.exp(-s)
    weights = torch.diff(step)
    return weights / weights.sum()


def delayed_dynamics(
    excitation: Tensor, delay_s: Tensor, *, time_constant_s: float, rate_hz: float, longest_delay_s: float
) -> Tensor:
    """Neural activation (..., T, n) of excitations (..., T, n): the continuous counterpart of the recursive filter of
    Lloyd and Besier (2003) with two equal poles. The first sample is held before the trial starts.
    """
    weights = _kernel(delay_s, time_constant_s=time_constant_s, rate_hz=rate_hz, longest_delay_s=longest_delay_s).to(
        excitation
    )
    channels = excitation.movedim(-2, -1)
    flat = channels.reshape(-1, 1, channels.shape[-1])
    padded = torch.nn.functional.pad(flat, (len(weights) - 1, 0), mode="replicate")
    filtered = torch.nn.functional.conv1d(padded, weights.flip(0).view(1, 1, -1))
    return filtered.reshape(channels.shape).movedim(-1, -2)


def shape(neural: Tensor, nonlinearity: Tensor) -> Tensor:
    """Activation a = (exp(A u) - 1) / (exp(A) - 1), A < 0 (Lloyd and Besier 2003)."""
    return torch.expm1(nonlinearity * neural) / torch.expm1(nonlinearity)
