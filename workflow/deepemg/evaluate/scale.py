"""How large a reconstruction is beside the truth: its level, its peaks, and whether it is too flat."""

from __future__ import annotations

import numpy as np

from deepemg.evaluate.metrics import FLAT

PEAK_PERCENT = 98.0  # the percentile that stands for the peaks: the largest sample alone is chance


def _ratio(estimate: float, truth: float) -> float:
    return estimate / truth if truth > FLAT else float("nan")


def level(truth: np.ndarray, estimate: np.ndarray) -> float:
    """Mean of the estimate over that of the truth (T,); 1 is right, NaN for a silent truth."""
    return _ratio(float(np.mean(estimate)), float(np.mean(truth)))


def peak(truth: np.ndarray, estimate: np.ndarray) -> float:
    """98th percentile of the estimate over that of the truth (T,); below 1 is too low, NaN for a silent truth."""
    return _ratio(float(np.percentile(estimate, PEAK_PERCENT)), float(np.percentile(truth, PEAK_PERCENT)))


def slope(truth: np.ndarray, estimate: np.ndarray) -> float:
    """b of truth = a + b x estimate by least squares over the samples (T,); NaN where either side is flat.

    An unbiased posterior mean has 1: what it says is, on average, what the truth is. Above 1 it is too flat, below 1 it
    swings too far.
    """
    if truth.std() <= FLAT or estimate.std() <= FLAT:
        return float("nan")
    return float(np.mean((truth - truth.mean()) * (estimate - estimate.mean())) / estimate.var())
