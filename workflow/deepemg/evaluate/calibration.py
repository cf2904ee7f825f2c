"""Is a posterior as sure as it may be? Ranks of the truth that are uniform where it is right, and what chance gives.

Simulation-based calibration (Talts et al. 2018, arXiv 1804.06788): the rank of the true value among draws of the
posterior, over many simulated subjects, is uniform. With infinitely many draws the rank is the posterior's distribution
function at the truth, which a mixture of Gaussians has in closed form. TARP (Lemos et al. 2023, arXiv 2302.03026) asks
the same of all values together: how much of the posterior is nearer to a reference point than the truth is.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.stats import binom, kstwo
from torch import Tensor

CONFIDENCE = 0.95  # of the bands that chance gives
CENTRAL = (0.5, 0.9)  # intervals of the posterior whose coverage is told


def mixture_ranks(truth: Tensor, means: Tensor, sds: Tensor, scale: Tensor | float = 1.0) -> Tensor:
    """Distribution function, at the truth (...,), of a mixture of Gaussians (K, ...), each alike, times `scale`.

    The scale is that of the distances from the mean of the mixture, as of the bands (`AmortisedPosterior.band_scale`).
    """
    centre = means.mean(0)
    return torch.special.ndtr((centre + (truth - centre) / scale - means) / sds).mean(0)


def tarp_ranks(truth: Tensor, draws: Tensor, reference: Tensor) -> Tensor:
    """Share of the draws (L, B, D) that are nearer to the reference (B, D) than the truth (B, D) is; (B,)."""
    near, own = ((value - reference).square().sum(-1) for value in (draws, truth))
    return (near < own).float().mean(0)


def ecdf_difference(ranks: np.ndarray, at: np.ndarray) -> np.ndarray:
    """Share of the ranks (B,) up to each of `at` (n,), less what uniform ranks give."""
    return np.searchsorted(np.sort(ranks), at, side="right") / len(ranks) - at


def largest_difference(ranks: np.ndarray) -> float:
    """Largest absolute difference of the ranks' distribution function from the uniform one (Kolmogorov-Smirnov)."""
    ordered, count = np.sort(ranks), len(ranks)
    steps = np.arange(count + 1) / count
    return float(max(np.max(steps[1:] - ordered), np.max(ordered - steps[:-1])))


def chance_difference(count: int) -> float:
    """What the largest difference of `count` uniform ranks stays below in 95 % of the cases."""
    return float(kstwo.ppf(CONFIDENCE, count))


def coverage_of(ranks: np.ndarray, share: float) -> float:
    """Share of the truths inside the central interval that holds `share` of the posterior."""
    return float(np.mean(np.abs(ranks - 0.5) <= share / 2))


def reading(ranks: np.ndarray, *, together: bool = False) -> str:
    """What the ranks say: right, over-confident, under-confident, or off to one side.

    Over-confident where fewer truths lie in the central 90 % than chance gives (two-sided, 95 %), under-confident where
    more do; to one side where the distribution differs by more than chance and neither is so. Ranks of TARP
    (`together`) are of distances: to one side means that the truth is farther, or nearer, than the draws are.
    """
    inside = binom.cdf(round(coverage_of(ranks, CENTRAL[1]) * len(ranks)), len(ranks), CENTRAL[1])
    if inside < (1 - CONFIDENCE) / 2:
        return "over-confident"
    if inside > 1 - (1 - CONFIDENCE) / 2:
        return "under-confident"
    if largest_difference(ranks) <= chance_difference(len(ranks)):
        return "as chance gives"
    below, above = ("under-confident", "over-confident") if together else ("too high", "too low")
    return below if ranks.mean() < 0.5 else above
