"""From motion and load to envelopes: a transformer, and two plainer encoders to compare it with."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal, cast

import torch
from pydantic import Field
from torch import Tensor, nn

from deepemg.settings import settings_dataclass


@settings_dataclass
class NetworkSettings:
    """The network between motion and envelopes, and the windows it sees."""

    encoder: Literal["transformer", "mlp", "gru"] = Field(
        default="transformer",
        description="transformer (the paper), or for comparison mlp (no context) or gru (recurrent, both directions).",
    )
    width: int = Field(default=32, ge=8, le=512, multiple_of=2, description="Width of the network.")
    heads: int = Field(default=4, ge=1, le=16, description="Attention heads; must divide the width.")
    layers: int = Field(default=2, ge=1, le=12, description="Encoder layers.")
    token_stride: int = Field(
        default=4,
        ge=1,
        le=20,
        description="Samples per token; 4 at 100 Hz gives 25 tokens a second, enough for a 6 Hz envelope.",
    )
    window_samples: int = Field(
        default=201,
        ge=20,
        le=2000,
        description="Samples per window (2 s at 100 Hz, about one curl, and one sample to close it).",
    )
    stride_samples: int = Field(default=100, ge=1, le=2000, description="Samples from one window to the next.")
    start_level: float = Field(
        default=0.1, ge=0.001, le=0.9, description="1. Envelope that the untrained network gives everywhere."
    )


@dataclass(frozen=True)
class Standardisation:
    """Mean and spread of each input over the training trials, kept so that new trials are read alike."""

    mean: tuple[float, ...]
    spread: tuple[float, ...]

    @classmethod
    def of(cls, inputs: Tensor) -> Standardisation:
        """From inputs (samples, n_inputs); an input that never changes keeps spread one."""
        spread = inputs.std(0)
        spread = torch.where(spread > 1e-6, spread, torch.ones_like(spread))
        return cls(tuple(inputs.mean(0).tolist()), tuple(spread.tolist()))

    def __call__(self, inputs: Tensor) -> Tensor:
        return (inputs - torch.tensor(self.mean).to(inputs)) / torch.tensor(self.spread).to(inputs)


def sinusoidal_positions(length: int, width: int) -> Tensor:
    """Fixed position code (length, width) of Vaswani et al. (2017)."""
    position = torch.arange(length, dtype=torch.float32).unsqueeze(1)
    frequency = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(10000.0) / width))
    code = torch.zeros(length, width)
    code[:, 0::2] = torch.sin(position * frequency)
    code[:, 1::2] = torch.cos(position * frequency)
    return code


def _between_tokens(values: Tensor, stride: int, length: int) -> Tensor:
    """Straight lines through token values (batch, n_tokens, n) at every sample (batch, length, n)."""
    sample = torch.arange(length, device=values.device)
    left = torch.div(sample, stride, rounding_mode="floor")
    right = (left + 1).clamp(max=values.shape[1] - 1)
    share = ((sample % stride).to(values) / stride).unsqueeze(-1)
    return values[:, left] * (1 - share) + values[:, right] * share


class Pointwise(nn.Module):
    """Two hidden layers that see one token at a time: no context at all."""

    def __init__(self, width: int):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width), nn.GELU())

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (batch, n_tokens, width), each on its own."""
        return cast(Tensor, self.layers(tokens))


class Recurrent(nn.Module):
    """A gated recurrent network over the tokens in both directions."""

    def __init__(self, width: int, layers: int):
        super().__init__()
        self.layers = nn.GRU(width, width // 2, layers, batch_first=True, bidirectional=True)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens (batch, n_tokens, width), each after and before the others."""
        return cast(Tensor, self.layers(tokens)[0])


def make_encoder(kind: str, width: int, heads: int, layers: int) -> nn.Module:
    """Encoder of tokens (batch, n_tokens, width): `transformer`, `mlp` or `gru`. Raises KeyError for another name."""
    if kind == "mlp":
        return Pointwise(width)
    if kind == "gru":
        return Recurrent(width, layers)
    if kind != "transformer":
        raise KeyError(f"no encoder called {kind!r}; there are transformer, mlp and gru")
    layer = nn.TransformerEncoderLayer(
        width, heads, dim_feedforward=2 * width, dropout=0.0, activation="gelu", batch_first=True, norm_first=True
    )
    return nn.TransformerEncoder(layer, layers, enable_nested_tensor=False)


class EnvelopeNetwork(nn.Module):
    """Envelopes (batch, T, n_muscles) in 0..1 from standardised inputs (batch, T, n_inputs).

    One token every `token_stride` samples, with straight lines between them: an envelope of a few hertz needs no more.
    """

    positions: Tensor

    def __init__(
        self,
        *,
        n_inputs: int,
        n_muscles: int,
        settings: NetworkSettings,
    ):
        super().__init__()
        width, self.token_stride = settings.width, settings.token_stride
        self.embed = nn.Linear(n_inputs, width)
        longest = settings.window_samples // self.token_stride + 1
        self.register_buffer("positions", sinusoidal_positions(longest, width))
        self.encoder = make_encoder(settings.encoder, width, settings.heads, settings.layers)
        self.head = nn.Linear(width, n_muscles)
        nn.init.constant_(self.head.bias, math.log(settings.start_level / (1 - settings.start_level)))

    def forward(self, inputs: Tensor) -> Tensor:
        """Envelopes (B, T, n_muscles) in 0..1 of windows of standardised inputs (B, T, n_inputs)."""
        tokens = inputs[:, :: self.token_stride]
        hidden = self.embed(tokens) + self.positions[: tokens.shape[1]]
        return _between_tokens(torch.sigmoid(self.head(self.encoder(hidden))), self.token_stride, inputs.shape[1])
