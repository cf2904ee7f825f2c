"""The density estimator: a transformer over all trials of a subject at once, out of which comes a joint Gaussian.

Samples are read and written by convolutions, and tokens overlap: nothing depends on where a token happens to begin.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepemg.reconstruct.nmm.features import NAMES, mechanical
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.reconstruct.paper_nmm.network import sinusoidal_positions

SAMPLES = 4  # from one token to the next: 200 ms
MOST_TRIALS = 12
LONGEST = 512  # tokens of a trial
LOG_SD_RANGE = (-4.0, 2.0)


@dataclass(frozen=True)
class Shape:
    """Sizes of a network, and whether it sees what the nominal joint makes of the signals."""

    n_parameters: int
    width: int = 96
    heads: int = 4
    layers: int = 4
    rank: int = 8
    local: int = 64
    mechanics: bool = True


class Convolution(nn.Module):
    """Convolution over the samples (B, T, inputs) of trials, which go on at their ends with the first and last one.

    With a stride it makes tokens (B, T / stride, outputs), each of the samples of its stride and `reach` on both sides.
    """

    def __init__(self, inputs: int, outputs: int, reach: int, stride: int = 1):
        super().__init__()
        self.reach = reach
        self.mix = nn.Conv1d(inputs, outputs, 2 * reach + stride, stride)

    def forward(self, samples: Tensor) -> Tensor:
        held = nn.functional.pad(samples.transpose(1, 2), (self.reach, self.reach), mode="replicate")
        return self.mix(held).transpose(1, 2)


def between_tokens(tokens: Tensor) -> Tensor:
    """Tokens (B, N, width), each at the middle of its samples, at all samples (B, N * SAMPLES, width): linear."""
    return nn.functional.interpolate(tokens.transpose(1, 2), scale_factor=SAMPLES, mode="linear").transpose(1, 2)


class Layer(nn.Module):
    """Pre-norm self-attention and two-layer perceptron."""

    def __init__(self, width: int, heads: int):
        super().__init__()
        self.heads = heads
        self.before_attention, self.before_perceptron = nn.LayerNorm(width), nn.LayerNorm(width)
        self.project = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)
        self.perceptron = nn.Sequential(nn.Linear(width, 2 * width), nn.GELU(), nn.Linear(2 * width, width))

    def forward(self, tokens: Tensor, blocked: Tensor) -> Tensor:
        """Tokens (B, N, width); `blocked` (B, 1, 1, N) is added to the attention scores."""
        batch, count, width = tokens.shape
        split = self.project(self.before_attention(tokens)).view(batch, count, 3, self.heads, width // self.heads)
        query, key, value = split.permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=blocked)
        tokens = tokens + self.out(seen.transpose(1, 2).reshape(batch, count, width))
        return tokens + self.perceptron(self.before_perceptron(tokens))


class DensityEstimator(nn.Module):
    """From features of movements and isometric contractions to the joint Gaussian of `LowRankGaussian`.

    Its values are the log ratios of all samples, flattened from (K, T, M), and then the personal parameters.
    """

    positions: Tensor
    seen: Tensor

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        inputs, width, local, muscles = len(NAMES), shape.width, shape.local, len(SLOTS)
        self.register_buffer(
            "seen", torch.ones(inputs) if shape.mechanics else (~mechanical()).float(), persistent=False
        )
        self.register_buffer("positions", sinusoidal_positions(LONGEST, width), persistent=False)
        self.read = Convolution(inputs, local, reach=2)
        self.embed = Convolution(local, width, reach=SAMPLES // 2, stride=SAMPLES)
        self.embed_still = nn.Linear(inputs, width)
        self.trial_code = nn.Parameter(0.3 * torch.randn(MOST_TRIALS, width))
        self.still_code = nn.Parameter(0.3 * torch.randn(width))
        self.summary = nn.Parameter(0.3 * torch.randn(width))
        self.encoder = nn.ModuleList([Layer(width, shape.heads) for _ in range(shape.layers)])
        self.norm = nn.LayerNorm(width)
        self.spread, self.keep = nn.Linear(width, local), nn.Linear(local, local)
        self.write = Convolution(local, 2 * muscles, reach=1)
        self.skip = nn.Linear(inputs, muscles)
        self.factors = nn.Linear(width, muscles * shape.rank)
        self.parameters_head = nn.Linear(width, shape.n_parameters * (2 + shape.rank))
        for head in (self.write.mix, self.skip, self.factors, self.parameters_head):
            nn.init.normal_(head.weight, std=0.01)
            nn.init.constant_(head.get_parameter("bias"), 0.0)

    def forward(
        self, movements: Tensor, still: Tensor, moving: Tensor, present: Tensor, codes: Tensor, begin: int = 0
    ) -> LowRankGaussian:
        """movements (B, K, T, len(NAMES)), T a multiple of SAMPLES; still (B, C, len(NAMES)).

        `moving` (B, K, T / SAMPLES) and `present` (B, C) say which tokens exist: trials differ in length, and not all
        contractions are recorded. codes (K,) number the trials apart; the first token of all has the place `begin`.
        """
        batch, trials, samples, _ = movements.shape
        length, muscles, rank = samples // SAMPLES, len(SLOTS), self.shape.rank
        movements = (movements * self.seen).flatten(0, 1)
        local = nn.functional.gelu(self.read(movements))
        acting = self.embed(local).unflatten(0, (batch, trials))
        acting = acting + self.positions[begin : begin + length] + self.trial_code[codes][:, None]
        resting = self.embed_still(still * self.seen) + self.still_code
        hidden = torch.cat([acting.flatten(1, 2), resting, self.summary.expand(batch, 1, -1)], dim=1)
        allowed = torch.cat([moving.flatten(1), present, torch.ones_like(present[:, :1])], dim=1)
        blocked = torch.where(allowed, 0.0, -1e4).to(hidden)[:, None, None]
        for layer in self.encoder:
            hidden = layer(hidden, blocked)
        hidden = self.norm(hidden)

        acted = hidden[:, : trials * length].reshape(batch * trials, length, -1)
        around = between_tokens(torch.cat([self.spread(acted), self.factors(acted)], dim=-1))
        spread, factors = around.split([self.shape.local, muscles * rank], dim=-1)
        mean, log_sd = self.write(nn.functional.gelu(spread + self.keep(local))).chunk(2, dim=-1)
        mean = mean + self.skip(movements)
        personal = self.parameters_head(hidden[:, -1]).view(batch, -1, 2 + rank)
        mean, log_sd, factors = (
            value.reshape(batch, trials * samples * muscles, -1).squeeze(-1) for value in (mean, log_sd, factors)
        )
        return LowRankGaussian(
            mean=torch.cat([mean, personal[..., 0]], dim=1),
            log_sd=(torch.cat([log_sd, personal[..., 1]], dim=1) - 0.7).clamp(*LOG_SD_RANGE),
            factors=torch.cat([factors.view(batch, -1, rank), personal[..., 2:]], dim=1),
        )
