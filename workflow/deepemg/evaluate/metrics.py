"""Agreement of an estimate with the truth; every method goes through these functions on the same samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LONGEST_LAG_MS = 200.0  # that the lag search tries, by default
FLAT = 1e-9  # a signal with less spread than this has no shape to correlate with


def rmse(truth: np.ndarray, estimate: np.ndarray) -> float:
    """Root mean square error in the unit of the inputs."""
    return float(np.sqrt(np.mean((estimate - truth) ** 2)))


def nrmse(truth: np.ndarray, estimate: np.ndarray) -> float:
    """RMSE over the range of the truth; NaN for a flat truth."""
    span = float(np.ptp(truth))
    return rmse(truth, estimate) / span if span > FLAT else float("nan")


def r2(truth: np.ndarray, estimate: np.ndarray) -> float:
    """Coefficient of determination 1 - SSE / SST, negative where the mean would do better; NaN for a flat truth."""
    total = float(np.sum((truth - truth.mean()) ** 2))
    return 1 - float(np.sum((estimate - truth) ** 2)) / total if total > FLAT else float("nan")


def pearson_r(truth: np.ndarray, estimate: np.ndarray) -> float:
    """Pearson correlation; NaN where either side is flat."""
    if truth.std() <= FLAT or estimate.std() <= FLAT:
        return float("nan")
    return float(np.corrcoef(truth, estimate)[0, 1])


def lag_ms(
    truths: Sequence[np.ndarray], estimates: Sequence[np.ndarray], *, rate_hz: float, longest_ms: float
) -> float:
    """Shift (ms) of the highest cross-correlation over all trials, positive where the estimate is late.

    NaN where truth or estimate is flat.
    """
    if any(np.std(signal) <= FLAT for signal in (*truths, *estimates)):
        return float("nan")
    longest = round(longest_ms * rate_hz / 1000)
    shifts = range(-longest, longest + 1)
    return 1000 * max(shifts, key=lambda shift: _correlation_at(truths, estimates, shift)) / rate_hz


def _correlation_at(truths: Sequence[np.ndarray], estimates: Sequence[np.ndarray], shift: int) -> float:
    """Mean correlation over trials of the parts that overlap once the estimate is moved `shift` samples earlier."""
    first, last = max(0, shift), max(0, -shift)
    pairs = [(a[last : len(a) - first], b[first : len(b) - last]) for a, b in zip(truths, estimates, strict=True)]
    return float(np.mean([np.nan_to_num(pearson_r(a, b), nan=-1.0) for a, b in pairs]))


def coverage(truth: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """Share of the samples inside the band; NaN where the method gave no band."""
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        return float("nan")
    return float(np.mean((truth >= lower) & (truth <= upper)))
