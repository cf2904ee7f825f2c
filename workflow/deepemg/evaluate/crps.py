"""One proper score for all methods: the continuous ranked probability score (CRPS) of an envelope and its band.

Of a distribution it is the mean distance of its draws from the truth less half the mean distance between two draws
(Gneiting & Raftery 2007, eq. 21), in the unit of the envelope; of a point it is the absolute error (there, section
4.2), so methods without a band are compared by the same number. Lower is better.
"""

from __future__ import annotations

import numpy as np
from scipy.special import ndtri

QUANTILE = ndtri(0.95)
LEVELS = (np.arange(200) + 0.5) / 200  # of the quantiles that the score is averaged over
# Standard deviation of the logarithm, and the share of the band that then lies below the mean; beyond the last, none is
# smaller. From half (normal) downwards, to be looked up in reverse.
LOG_SD = np.linspace(1e-3, 1.59, 500)
SHARE_BELOW = (np.exp(LOG_SD**2 / 2) - np.exp(-QUANTILE * LOG_SD)) / (2 * np.sinh(QUANTILE * LOG_SD))


def quantiles(mean: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Quantiles (T, len(LEVELS)) of what is predicted, of its mean and the limits of its 90 % band, each (T,).

    The law is a shifted log-normal with these three numbers, normal where the mean is the middle, mirrored where it is
    above, and cut off at 0 and 1. For `nmm` and `trees` this is the law that they have: their limits and mean are those
    of a log-normal less an offset, times a factor. For methods with the half width of residuals (reconstruct/band.py)
    it is an assumption: they tell the limits alone. Approximate for a log-normal in one case: where a limit stands at 0
    or 1, it was cut off there, and the half of the band that was cut is taken to be at least as long as the other. A
    band that is not given (NaN), or without width, is a point.
    """
    below, above = np.nan_to_num(mean - lower), np.nan_to_num(upper - mean)
    below, above = (
        np.where(lower <= 0, np.maximum(below, above), below),
        np.where(upper >= 1, np.maximum(above, below), above),
    )
    width = below + above
    share = np.divide(below, width, out=np.full_like(width, 0.5), where=width > 0)
    side = np.where(share > 0.5, -1.0, 1.0)
    log_sd = np.interp(np.minimum(share, 1 - share), SHARE_BELOW[::-1], LOG_SD[::-1])
    scale = width / (2 * np.sinh(QUANTILE * log_sd))
    score = np.outer(side * log_sd, ndtri(LEVELS))
    drawn = np.expm1(score) - np.expm1(log_sd**2 / 2)[:, None]
    return np.clip(mean[:, None] + (side * scale)[:, None] * drawn, 0, 1)


def crps(truth: np.ndarray, mean: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """Mean CRPS over the samples (T,), in the unit of the inputs: twice the mean quantile loss over all levels."""
    error = truth[:, None] - quantiles(mean, lower, upper)
    return float(2 * np.mean(np.maximum(LEVELS * error, (LEVELS - 1) * error)))
