"""Random numbers of the virtual subjects: distributions as in assumptions.yaml, and smooth processes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor

Assumptions = dict[str, Any]


def read_assumptions() -> Assumptions:
    """The assumptions behind the virtual subjects, as in assumptions.yaml."""
    return dict(yaml.safe_load((Path(__file__).parent / "assumptions.yaml").read_text()))


class Draws:
    """One stream of random numbers; the same seed gives the same numbers."""

    def __init__(self, seed: int):
        self.generator = torch.Generator().manual_seed(seed)

    def normal(self, *shape: int) -> Tensor:
        return torch.randn(shape, generator=self.generator)

    def uniform(self, *shape: int) -> Tensor:
        return torch.rand(shape, generator=self.generator)

    def chance(self, share: float, *shape: int) -> Tensor:
        """True in about `share` of the places."""
        return self.uniform(*shape) < share

    def of(self, spread: dict[str, float], *shape: int) -> Tensor:
        """Numbers of a distribution: log-normal {median, log_sd}, normal {mean, sd}, or uniform {low, high}."""
        if "median" in spread:
            return spread["median"] * torch.exp(spread["log_sd"] * self.normal(*shape))
        if "mean" in spread:
            values = spread["mean"] + spread["sd"] * self.normal(*shape)
            return values.clamp(spread.get("low"), spread.get("high")) if "low" in spread else values
        return spread["low"] + (spread["high"] - spread["low"]) * self.uniform(*shape)

    def heavy(self, freedom: float, *shape: int) -> Tensor:
        """Scales whose product with a normal number is Student-t with `freedom` degrees, of unit median."""
        half = torch.full(shape, freedom / 2)
        gamma = torch._standard_gamma(half, generator=self.generator)  # torch.distributions takes no generator
        return torch.sqrt(freedom / 2 / gamma)

    def smooth(self, time: Tensor, samples: int, rate: float) -> Tensor:
        """Gaussian processes (..., samples) of unit variance with correlation times (...) in s.

        The covariance is exp(-(lag / time)^2 / 2): white noise through a Gaussian filter, on a circle twice as long.
        """
        white = torch.fft.rfft(self.normal(*time.shape, 2 * samples))
        frequency = torch.fft.rfftfreq(2 * samples, 1 / rate)
        gain = torch.exp(-((torch.pi * frequency * time[..., None]) ** 2))
        power = (gain[..., :1] ** 2 + 2 * (gain[..., 1:] ** 2).sum(-1, keepdim=True)) / (2 * samples)
        return torch.fft.irfft(white * gain / power.sqrt())[..., :samples]


def filtered(signal: Tensor, response: Tensor) -> Tensor:
    """Signals (..., samples) through a filter whose response (..., frequencies) is that of `frequencies(samples)`.

    Mirrored at the ends, as filters of recordings are padded.
    """
    mirrored = torch.cat([signal, signal.flip(-1)], dim=-1)
    return torch.fft.irfft(torch.fft.rfft(mirrored) * response, n=mirrored.shape[-1])[..., : signal.shape[-1]]


def frequencies(samples: int, rate: float) -> Tensor:
    """Frequencies (Hz) that `filtered` works at."""
    return torch.fft.rfftfreq(2 * samples, 1 / rate)
