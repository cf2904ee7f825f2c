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
    longest = round(longest_ms * rate_hz / 1000)
    shifts = np.arange(-longest, longest + 1)
    total = np.zeros(len(shifts))
    for reference, estimate in zip(references, estimates, strict=True):
        a, b = reference - reference.mean(), estimate - estimate.mean()
        if a.std() <= FLAT or b.std() <= FLAT:
            return float("nan")
        n = len(a)
        for place, shift in enumerate(range(-longest, longest + 1)):
            total[place] += float(a[max(0, -shift) : n - max(0, shift)] @ b[max(0, shift) : n - max(0, -shift)])
    return float(1000 * shifts[int(np.argmax(total))] / rate_hz)


def coverage(reference: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> float:
    """Share of the samples inside the band; NaN where the method gave no band."""
    if not (np.isfinite(lower).all() and np.isfinite(upper).all()):
        return float("nan")
    return float(np.mean((reference >= lower) & (reference <= upper)))
