"""The density estimator: a transformer over all windows of a subject at once, out of which comes a joint Gaussian."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from deepemg.reconstruct.nmm.features import NAMES, mechanical
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.reconstruct.paper_nmm.network import sinusoidal_positions

SAMPLES = 4  # of a token: 200 ms
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
    mechanics: bool = True


class Layer(nn.Module):
    """Pre-norm self-attention and two-layer perceptron.

    Written out, and not torch's own layer, because the released weights carry these names.
    """

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
        inputs, width, muscles = SAMPLES * len(NAMES), shape.width, len(SLOTS)
        self.embed = nn.Linear(inputs, width)
        self.trial_code = nn.Parameter(0.3 * torch.randn(MOST_TRIALS, width))
        self.still_code = nn.Parameter(0.3 * torch.randn(width))
        self.summary = nn.Parameter(0.3 * torch.randn(width))
        self.register_buffer(
            "seen", torch.ones(len(NAMES)) if shape.mechanics else (~mechanical()).float(), persistent=False
        )
        self.register_buffer("positions", sinusoidal_positions(LONGEST, width), persistent=False)
        self.encoder = nn.ModuleList([Layer(width, shape.heads) for _ in range(shape.layers)])
        self.norm = nn.LayerNorm(width)
        self.skip = nn.Linear(inputs, SAMPLES * muscles)
        self.token_head = nn.Linear(width, muscles * (2 * SAMPLES + shape.rank))
        self.parameter_head = nn.Linear(width, shape.n_parameters * (2 + shape.rank))
        for head in (self.token_head, self.parameter_head, self.skip):
            nn.init.normal_(head.weight, std=0.01)
            nn.init.zeros_(head.bias)

    def forward(
        self, movements: Tensor, still: Tensor, moving: Tensor, present: Tensor, codes: Tensor
    ) -> LowRankGaussian:
        """movements (B, K, T, len(NAMES)), T a multiple of SAMPLES; still (B, C, SAMPLES, len(NAMES)).

        `moving` (B, K, T / SAMPLES) and `present` (B, C) say which tokens exist: trials differ in length, and not all
        contractions are recorded. codes (K,) number the trials apart.
        """
        batch, trials, samples, _ = movements.shape
        length, muscles, rank = samples // SAMPLES, len(SLOTS), self.shape.rank
        tokens = (movements * self.seen).reshape(batch, trials, length, -1)
        acting = self.embed(tokens) + self.positions[:length] + self.trial_code[codes][:, None]
        resting = self.embed((still * self.seen).flatten(2)) + self.still_code
        hidden = torch.cat([acting.flatten(1, 2), resting, self.summary.expand(batch, 1, -1)], dim=1)
        allowed = torch.cat([moving.flatten(1), present, torch.ones_like(present[:, :1])], dim=1)
        blocked = torch.where(allowed, 0.0, -1e4).to(hidden)[:, None, None]
        for layer in self.encoder:
            hidden = layer(hidden, blocked)
        hidden = self.norm(hidden)

        out = self.token_head(hidden[:, : trials * length]).view(batch, trials, length, muscles, -1)
        own = out[..., : 2 * SAMPLES].unflatten(-1, (2, SAMPLES)).permute(4, 0, 1, 2, 5, 3)
        mean = own[0] + self.skip(tokens).view(batch, trials, length, SAMPLES, muscles)
        factors = out[..., None, :, 2 * SAMPLES :].expand(-1, -1, -1, SAMPLES, -1, -1)
        personal = self.parameter_head(hidden[:, -1]).view(batch, -1, 2 + rank)
        return LowRankGaussian(
            mean=torch.cat([mean.flatten(1), personal[..., 0]], dim=1),
            log_sd=(torch.cat([own[1].flatten(1), personal[..., 1]], dim=1) - 0.7).clamp(*LOG_SD_RANGE),
            factors=torch.cat([factors.flatten(1, 4), personal[..., 2:]], dim=1),
        )
