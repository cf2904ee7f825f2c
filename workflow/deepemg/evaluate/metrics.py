"""Agreement of an estimate with a reference; every method goes through these functions on the same samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

FLAT = 1e-9  # a signal with less spread than this has no shape to correlate with


def rmse(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Root mean square error in the unit of the inputs."""
    return float(np.sqrt(np.mean((estimate - reference) ** 2)))


def nrmse(reference: np.ndarray, estimate: np.ndarray) -> float:
    """RMSE over the range of the reference; NaN for a flat reference."""
    span = float(np.ptp(reference))
    return rmse(reference, estimate) / span if span > FLAT else float("nan")


def r2(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Coefficient of determination 1 - SSE / SST, negative where the mean would do better; NaN for a flat reference."""
    total = float(np.sum((reference - reference.mean()) ** 2))
    return 1 - float(np.sum((estimate - reference) ** 2)) / total if total > FLAT else float("nan")


def pearson_r(reference: np.ndarray, estimate: np.ndarray) -> float:
    """Pearson correlation; NaN where either side is flat."""
    if reference.std() <= FLAT or estimate.std() <= FLAT:
        return float("nan")
    return float(np.corrcoef(reference, estimate)[0, 1])


def lag_ms(
    references: Sequence[np.ndarray], estimates: Sequence[np.ndarray], *, rate_hz: float, longest_ms: float
) -> float:
    """Shift (ms) of the highest cross-correlation over all trials, positive where the estimate is late.

    NaN where reference or estimate is flat.
    """
    if any(np.std(signal) <= FLAT for signal in (*references, *estimates)):
        return float("nan")
    longest = round(longest_ms * rate_hz / 1000)
    shifts = range(-longest, longest + 1)
    return 1000 * max(shifts, key=lambda shift: _correlation_at(references, estimates, shift)) / rate_hz


def _correlation_at(references: Sequence[np.ndarray], estimates: Sequence[np.ndarray], shift: int) -> float:
    """Mean correlation over trials of the parts that overlap once the estimate is moved `shift` samples earlier."""
    first, last = max(0, shift), max(0, -shift)
    pairs = [(a[last : len(a) - first], b[first : len(b) - last]) for a, b in zip(references, estimates, strict=True)]
    return float(np.mean([np.nan_to_num(pearson_r(a, b), nan=-1.0) for a, b in pairs]))


def coverage(reference: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """Share of the samples inside the band; NaN where the method gave no band."""
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        return float("nan")
    return float(np.mean((reference >= lower) & (reference <= upper)))
