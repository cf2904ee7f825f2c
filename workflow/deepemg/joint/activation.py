"""Excitation to neural activation: delay, and activation dynamics in three forms.

Excitations and results are (..., T, n_muscles), sampled at `rate_hz`; the first sample is held before the trial starts.
Parameters are scalars (1,) or per muscle (n_muscles,).
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

LONGEST_MEMORY = 200  # samples of the recursive filter; beyond them the slowest pole allowed has nothing left


def _filtered(signal: Tensor, weights: Tensor) -> Tensor:
    """Causal filter of the columns of `signal`; `weights` (1, K) for all, or (n, K) one each, newest sample first."""
    channels = signal.movedim(-2, -1)
    if len(weights) == 1:
        flat, groups = channels.reshape(-1, 1, channels.shape[-1]), 1
    else:
        flat, groups = channels.reshape(-1, *channels.shape[-2:]), len(weights)
    padded = torch.nn.functional.pad(flat, (weights.shape[-1] - 1, 0), mode="replicate")
    filtered = torch.nn.functional.conv1d(padded, weights.flip(-1).unsqueeze(1).to(signal), groups=groups)
    return filtered.reshape(channels.shape).movedim(-1, -2)


def _delayed(signal: Tensor, delay_s: Tensor, *, rate_hz: float, longest_delay_s: float) -> Tensor:
    """Signal later by a delay that need not be a whole number of samples."""
    taps = torch.arange(math.ceil(longest_delay_s * rate_hz) + 2, dtype=delay_s.dtype, device=delay_s.device)
    return _filtered(signal, (1 - (taps - delay_s.unsqueeze(-1) * rate_hz).abs()).clamp(min=0))


def two_poles(
    excitation: Tensor, delay_s: Tensor, *, time_constant_s: float, rate_hz: float, longest_delay_s: float
) -> Tensor:
    """Delayed, critically damped second-order low-pass of unit gain: the continuous counterpart of `recursive`.

    Weights are differences of the step response 1 - (1 + s) exp(-s), s = (t - delay) / time constant, taken half a
    sample around each tap, so that they add up to one and the delay stays differentiable between samples.
    """
    taps = math.ceil((longest_delay_s + 8 * time_constant_s) * rate_hz) + 1
    edges = (torch.arange(taps + 1, dtype=delay_s.dtype, device=delay_s.device) - 0.5) / rate_hz
    s = ((edges - delay_s.unsqueeze(-1)) / time_constant_s).clamp(min=0.0)
    weights = torch.diff(1 - (1 + s) * torch.exp(-s))
    return _filtered(excitation, weights / weights.sum(-1, keepdim=True))


def recursive(
    excitation: Tensor, delay_s: Tensor, pole_1: Tensor, pole_2: Tensor, *, rate_hz: float, longest_delay_s: float
) -> Tensor:
    """Lloyd and Besier (2003): u(t) = (1 + b1 + b2) e(t - d) - b1 u(t-1) - b2 u(t-2), b1 = g1 + g2, b2 = g1 g2.

    Here with the poles -g1 and -g2, both in 0..1 (g in -1..0). They belong to one sampling rate.
    """
    taps = torch.arange(LONGEST_MEMORY, dtype=pole_1.dtype, device=pole_1.device)
    result = _delayed(excitation, delay_s, rate_hz=rate_hz, longest_delay_s=longest_delay_s)
    for pole in (pole_1, pole_2):
        weights = pole.unsqueeze(-1) ** taps
        result = _filtered(result, weights / weights.sum(-1, keepdim=True))
    return result


def first_order(
    excitation: Tensor,
    delay_s: Tensor,
    activation_time_s: Tensor,
    deactivation_time_s: Tensor,
    *,
    rate_hz: float,
    longest_delay_s: float,
) -> Tensor:
    """da/dt = (e - a) / tau with tau = t_act (0.5 + 1.5 a) while rising and t_deact / (0.5 + 1.5 a) while falling.

    Zajac (1989), Thelen (2003). Each step is exact for a tau that stays as it is, so it never overshoots.
    """
    target = _delayed(excitation, delay_s, rate_hz=rate_hz, longest_delay_s=longest_delay_s)
    level = target[..., 0, :]
    levels = [level]
    for now in target.unbind(-2)[1:]:
        slowness = 0.5 + 1.5 * level
        tau = torch.where(now > level, activation_time_s * slowness, deactivation_time_s / slowness)
        level = now + (level - now) * torch.exp(-1 / (rate_hz * tau))
        levels.append(level)
    return torch.stack(levels, dim=-2)
