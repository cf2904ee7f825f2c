"""Times as numbers: out of text, in whatever form; whether they rise evenly, and what rounding explains."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from deepemg.recordings.contents import Column, filled
from deepemg.recordings.signal import Part
from deepemg.recordings.units import scale

SLOWEST_HZ, FASTEST_HZ = 15.0, 200_000.0  # a slower signal holds no elbow's movement: the clock is in another unit
NAMED_RATE = 0.0005  # a clock and a declared rate that differ by less are the same rate
FEW_GAPS = 2  # that two sizes of steps do not make a rounded clock
NEARLY_ALL = 0.9  # of the steps of a clock are alike; the others are gaps
JITTER = 0.45  # a sample may be off its place by this share of an interval; one lost in the middle leaves 0.5
PROBE = 50  # cells that tell how many decimals a writer gives
LONGEST = 64  # letters of a time; a longer cell is none, and takes seconds to be found none
TIME_OF_DAY = re.compile(r"^\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?$")


@lru_cache(maxsize=64)
def times(column: Column) -> tuple[np.ndarray, float]:
    """`seconds` of a column, which the other columns of its file share."""
    return seconds(filled(column.cells))


def seconds(cells: Sequence[str] | np.ndarray) -> tuple[np.ndarray, float]:
    """Values of a clock, NaN where a cell is none, and the step of its last digit (0 where it is not text)."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiu":
        return cells.astype(float), 0.0
    text = pd.Series([cell.strip()[:LONGEST] for cell in map(str, cells)], dtype=str)
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype=float)
    if len(values) and np.isnan(values).mean() > 0.5:
        if text.str.match(TIME_OF_DAY).all():
            padded = text.where(text.str.count(":") == 2, "00:" + text).str.replace(",", ".")
            values = pd.to_timedelta(padded, errors="coerce").dt.total_seconds().to_numpy()
        else:
            try:
                moments = pd.to_datetime(text, errors="coerce")  # by the format of the first, which is quick
                if moments.isna().any():
                    moments = pd.to_datetime(text, errors="coerce", format="mixed")
            except ValueError:  # times of several zones, which pandas does not coerce
                moments = pd.Series(pd.NaT, text.index)
            values = (moments - moments.dt.normalize().iloc[0]).dt.total_seconds().to_numpy()
    return values, min((last_digit(cell) for cell in text[-PROBE:]), default=0.0)


def last_digit(cell: str) -> float:
    """Size of the last digit of a number as text: 0.01 of 1.25; 0 where it is none."""
    mantissa, _, exponent = cell.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    try:
        return float(10.0 ** (int(exponent or 0) - decimals))
    except (ValueError, OverflowError):
        return 0.0


def is_even(values: np.ndarray) -> bool:
    """Whether no time is missing and no step is far from the usual one."""
    steps = np.diff(values)
    return bool(np.isfinite(values).all()) and (len(steps) == 0 or float(np.ptp(steps)) < 3 * float(np.median(steps)))


def has_gap(steps: np.ndarray) -> bool:
    """Whether times rise by the same step nearly everywhere, and not everywhere: a clock, whatever it is called."""
    usual = float(np.median(steps))
    share = float(np.mean(np.abs(steps - usual) <= JITTER * abs(usual)))
    return usual > 0 and NEARLY_ALL <= share < 1


def is_rounded(steps: np.ndarray, digit: float) -> bool:
    """Whether steps are of two sizes, as rounding makes them; where nearly all are equal, a longer one is a gap.

    The sizes differ by one in the last digit.
    """
    sizes, counts = np.unique(np.round(steps / (np.abs(steps).max() or 1.0), 6), return_counts=True)
    if np.ptp(steps) > 1.5 * digit:
        return False
    return len(sizes) > 1 and float(np.sort(counts)[-2]) > max(0.01 * len(steps), FEW_GAPS)


def inside_part(values: np.ndarray, part: Part, unit: str | None) -> tuple[int, np.ndarray]:
    """Place of the first time inside a part (s), and the times inside it."""
    step = float(np.nanmedian(np.diff(values))) if len(values) > 1 else 1.0
    sizes = (
        [scale(unit, "time")]
        if unit
        else [s for s in (1.0, 1e-3, 1e-6) if step > np.finfo(float).tiny and 1 / (step * s) >= SLOWEST_HZ]
    )
    size = sizes[0] if sizes else 1.0
    begin = -np.inf if part.start_s is None else part.start_s / size - step / 2
    end = np.inf if part.end_s is None else part.end_s / size + step / 2
    inside = np.flatnonzero((values >= begin) & (values <= end))
    return (int(inside[0]), values[inside[0] : inside[-1] + 1]) if len(inside) > 1 else (0, values)


def rate_of_times(values: np.ndarray, digit: float) -> float:
    """Rate (Hz) of rising times: by their ends where they are exact, by a line through them where they are rounded."""
    if digit == 0:
        return float((len(values) - 1) / (values[-1] - values[0]))
    return float(1 / np.polyfit(np.arange(len(values)), values, 1)[0])


def nominal_or_own(values: np.ndarray, digit: float, nominal_hz: float | None) -> float:
    """The nominal rate (Hz) where times do not contradict it, or their own."""
    rate, span = rate_of_times(values, digit), values[-1] - values[0]
    slack = max(NAMED_RATE, 2 * digit / max(span, digit or 1))
    return nominal_hz if nominal_hz is not None and abs(rate - nominal_hz) <= slack * nominal_hz else rate


def off_grid(values: np.ndarray, rate_hz: float) -> np.ndarray:
    """How far each time is from its place on an even grid, in samples."""
    return np.asarray((values - values[0]) * rate_hz - np.arange(len(values)))


def is_on_a_grid(values: np.ndarray, digit: float, nominal_hz: float | None) -> bool:
    """Whether times (s) rise evenly, but for what rounding to their last digit explains."""
    if not values[-1] > values[0]:
        return False
    rate = nominal_or_own(values, digit, nominal_hz)
    off = off_grid(values, rate)
    return bool(np.abs(off).max() <= JITTER or np.ptp(off) <= 1.001 * digit * rate)
