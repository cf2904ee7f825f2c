"""When a file's samples were taken: which of its columns is a clock, in which unit, and whether it is even.

Recorders call their clock `Time`, `Time (s)`, `X[s]`, `t`, `Zeit`, and write it in seconds or milliseconds, with three
decimals at 2000 Hz, or as the time of day. What a clock says wins over a declared rate; what it says that differs is
told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd

from deepemg.recordings.clock_names import INDEX, clock_name
from deepemg.recordings.contents import Column, Contents, filled
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.signal import WHOLE, Part
from deepemg.recordings.spelling import cut, fold, short
from deepemg.recordings.units import canonical, scale

SLOWEST_HZ, FASTEST_HZ = 15.0, 200_000.0  # a slower signal holds no elbow's movement: the clock is in another unit
NAMED_RATE = 0.0005  # a clock and a declared rate that differ by less are the same rate
FEW_GAPS = 2  # that two sizes of steps do not make a rounded clock
NEARLY_ALL = 0.9  # of the steps of a clock are alike; the others are gaps
JITTER = 0.45  # a sample may be off its place by this share of an interval; one lost in the middle leaves 0.5
PROBE = 50  # cells that tell how many decimals a writer gives
LONGEST = 64  # letters of a time; a longer cell is none, and takes seconds to be found none
TIME_OF_DAY = re.compile(r"^\d{1,2}:\d{2}(:\d{2}([.,]\d+)?)?$")


@dataclass(frozen=True)
class Clock:
    """Start (s) and rate (Hz) of evenly spaced samples; `notes` tells where that is not what was declared."""

    start_s: float
    rate_hz: float
    notes: tuple[Problem, ...] = ()


@lru_cache(maxsize=64)
def _times(column: Column) -> tuple[np.ndarray, float]:
    """`_seconds` of a column, which the other columns of its file share."""
    return _seconds(filled(column.cells))


def _seconds(cells: Sequence[str] | np.ndarray) -> tuple[np.ndarray, float]:
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
    return values, min((_last_digit(cell) for cell in text[-PROBE:]), default=0.0)


def _last_digit(cell: str) -> float:
    mantissa, _, exponent = cell.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    try:
        return float(10.0 ** (int(exponent or 0) - decimals))
    except (ValueError, OverflowError):
        return 0.0


def clock_of(
    contents: Contents,
    column: Column,
    *,
    nominal_hz: float | None,
    named: dict[str, str] | None = None,
    part: Part = WHOLE,
) -> Clock | None:
    """The clock of a column of a file, or None where the file has none.

    Where the file as a whole is uneven, only the `part` that is the trial must be even. `nominal_hz` is the rate that the header or the sheet says, `named` what subject.yaml says of the clock (column,
    unit). Where several columns are clocks, each column has the one on its left. Raises RecordingError where the clock
    is uneven, or it cannot be told what it counts.
    """
    found = _candidate(contents, column, named)
    if found is None or part == WHOLE:
        _check_index(contents, column)
    if found is None:
        return None
    place, must, unit = found
    clock = contents.columns[place]
    where = f"{contents.path}, column {clock.name.strip() or place + 1}"
    values, digit = _times(clock)
    first = 0
    if part != WHOLE and not _is_even(values):
        first, values = _inside(values, part, unit)
    bad = np.flatnonzero(np.isnan(values))
    if len(bad) or len(values) < 2:
        if not must:
            return None
        raise RecordingError([_unreadable(contents, clock, bad + first, len(values))])
    steps = np.diff(values)
    must = must or _has_gap(steps)
    size = _size(where, float(np.median(steps)), unit, nominal_hz, must)
    if size is None:
        return None
    values, digit = values * size, digit * size
    digit = digit if _is_rounded(steps * size, digit) else 0.0
    rising = values[-1] > values[0]
    rate = _rate(values, digit) if rising else np.nan
    notes = []
    same = nominal_hz is not None and abs(rate - nominal_hz) <= max(
        NAMED_RATE * nominal_hz, 2 * digit / max(values[-1] - values[0], digit or 1) * nominal_hz
    )
    if same and nominal_hz is not None:
        rate = nominal_hz
    off = (values - values[0]) * rate - np.arange(len(values)) if rising else np.full(len(values), np.inf)
    even = rising and (np.abs(off).max() <= JITTER or np.ptp(off) <= 1.001 * digit * rate)
    if not even:
        if not must:
            return None
        raise RecordingError([_uneven(where, values, contents.first_row + first, digit)])
    if not SLOWEST_HZ <= rate <= FASTEST_HZ:
        fix = "say its unit: clock: {column: ..., unit: s, ms or us} in subject.yaml"
        raise RecordingError([Problem("DE-054", where, f"{rate:.6g} Hz", f"{SLOWEST_HZ:g} Hz or more", fix)])
    if nominal_hz is not None and not same:
        notes.append(differing_rate(where, rate, nominal_hz))
    if np.abs(off).max() > JITTER:
        notes.append(_rounded(where, digit, rate, nominal_hz))
    if size != 1.0 and unit is None:
        unit = {1e-3: "ms", 1e-6: "us"}[size]
        notes.append(_assumed(where, unit, rate))
    return Clock(float(values[0] - first / rate), float(rate), tuple(notes))


def _is_even(values: np.ndarray) -> bool:
    """Whether no time is missing and no step is far from the usual one."""
    steps = np.diff(values)
    return bool(np.isfinite(values).all()) and (len(steps) == 0 or float(np.ptp(steps)) < 3 * float(np.median(steps)))


def _inside(values: np.ndarray, part: Part, unit: str | None) -> tuple[int, np.ndarray]:
    """Place of the first time inside a part (s), and the times inside it."""
    steps = np.diff(values)
    step = float(np.nanmedian(steps)) if len(steps) else 1.0
    size = (
        scale(unit, "time")
        if unit
        else next((s for s in (1.0, 1e-3, 1e-6) if 1 / (step * s) >= SLOWEST_HZ), 1.0)
        if step > 0
        else 1.0
    )
    begin = -np.inf if part.start_s is None else part.start_s / size - step / 2
    end = np.inf if part.end_s is None else part.end_s / size + step / 2
    inside = np.flatnonzero((values >= begin) & (values <= end))
    return (int(inside[0]), values[inside[0] : inside[-1] + 1]) if len(inside) > 1 else (0, values)


def _has_gap(steps: np.ndarray) -> bool:
    """Whether times rise by the same step nearly everywhere, and not everywhere: a clock, whatever it is called."""
    usual = float(np.median(steps))
    share = float(np.mean(np.abs(steps - usual) <= JITTER * abs(usual)))
    return usual > 0 and NEARLY_ALL <= share < 1


def _is_rounded(steps: np.ndarray, digit: float) -> bool:
    """Whether steps are of two sizes, as rounding makes them; where nearly all are equal, a longer one is a gap.

    The sizes differ by one in the last digit.
    """
    sizes, counts = np.unique(np.round(steps / (np.abs(steps).max() or 1.0), 6), return_counts=True)
    if np.ptp(steps) > 1.5 * digit:
        return False
    return len(sizes) > 1 and float(np.sort(counts)[-2]) > max(0.01 * len(steps), FEW_GAPS)


def _rate(values: np.ndarray, digit: float) -> float:
    """Rate (Hz) of rising times: by their ends where they are exact, by a line through them where they are rounded."""
    if digit == 0:
        return float((len(values) - 1) / (values[-1] - values[0]))
    return float(1 / np.polyfit(np.arange(len(values)), values, 1)[0])


def _candidate(contents: Contents, column: Column, named: dict[str, str] | None) -> tuple[int, bool, str | None] | None:
    """Place of the clock, whether it must be one, and its unit."""
    own = next(place for place, other in enumerate(contents.columns) if other is column)
    if named:
        wanted = fold(named["column"])
        for place, other in enumerate(contents.columns):
            if fold(other.name) == wanted and place != own:
                return place, True, canonical(named.get("unit", ""), "time")
    clocks = {}
    for place, other in enumerate(contents.columns):
        said = clock_name(other.name) if place != own else None
        if said is not None:
            by_unit = canonical(other.unit, "time") if other.unit else None
            clocks[place] = (place, said[0] or by_unit is not None, said[1] or by_unit)
    clocks = _of_length(contents, len(filled(column.cells)), clocks)
    sure = {place: entry for place, entry in clocks.items() if entry[1]} or clocks
    left = [place for place in sure if place < own]
    return sure[max(left) if left else min(sure)] if sure else None


def _of_length(
    contents: Contents, count: int, clocks: dict[int, tuple[int, bool, str | None]]
) -> dict[int, tuple[int, bool, str | None]]:
    """The clocks that have a time for each sample, and no more where any does: others count another signal."""
    lengths = {place: len(filled(contents.columns[place].cells)) for place in clocks}
    equal = {place: entry for place, entry in clocks.items() if lengths[place] == count}
    text = {p: e for p, e in clocks.items() if not isinstance(contents.columns[p].cells, np.ndarray)}
    return equal or text


def _size(where: str, step: float, unit: str | None, nominal_hz: float | None, must: bool) -> float | None:
    """Seconds of one step of the clock's number. Raises RecordingError where seconds and others are equally likely."""
    if unit is not None:
        return scale(unit, "time")
    if not step > 0:
        return 1.0
    rates = {size: 1 / (step * size) for size in (1.0, 1e-3, 1e-6)}
    likely = [size for size, rate in rates.items() if SLOWEST_HZ <= rate <= FASTEST_HZ]
    if nominal_hz is not None:
        agreeing = [size for size in likely if abs(rates[size] / nominal_hz - 1) < 0.2]
        if agreeing:
            return agreeing[0]
        if likely and likely[0] != 1.0:
            if not must or step == 1:  # a number for each sample: no clock, whatever it is called
                return None
            problem = Problem(
                "DE-059",
                where,
                f"a clock that rises by {step:g} beside {nominal_hz:g} Hz as declared",
                "seconds, or a unit in its name",
                "correct rate_hz, or say what it counts: clock: {column: ..., unit: ms} in subject.yaml",
            )
            raise RecordingError([problem])
    return likely[0] if likely else 1.0


def _check_index(contents: Contents, column: Column) -> None:
    """Raises RecordingError where a column that counts the samples leaves one out, or has one twice."""
    for other in contents.columns:
        if other is column or fold(other.name) not in INDEX:
            continue
        values, _ = _times(other)
        steps = np.diff(values)
        off = np.flatnonzero(steps != 1)
        if len(steps) and 0 < len(off) <= (1 - NEARLY_ALL) * len(steps) and np.median(steps) == 1:
            row = contents.first_row + int(off[0]) + 1
            found = f"{values[off[0]]:g}, then {values[off[0] + 1]:g}"
            fix = "export the file again without gaps, or cut at the gap with start_s and end_s"
            place = f"{contents.path}, row {row}, column {other.name}"
            raise RecordingError([Problem("DE-055", place, found, "a number more for each sample", fix)])


def _unreadable(contents: Contents, clock: Column, bad: np.ndarray, count: int) -> Problem:
    if count < 2:
        return Problem("DE-053", str(contents.path), f"{count} samples", "two or more", "export the file again")
    row, cell = contents.first_row + int(bad[0]), clock.cells[int(bad[0])]
    found = "an empty cell" if not str(cell).strip() else short(str(cell))
    more = f" and {len(bad) - 1} more such cells" if len(bad) > 1 else ""
    fix = "export the file again, or cut the part out with start_s and end_s in trials.csv"
    return Problem(
        "DE-052", f"{contents.path}, row {row}, column {cut(clock.name)}", found + more, "a time in each cell", fix
    )


def _uneven(where: str, values: np.ndarray, first_row: int, digit: float) -> Problem:
    """The first step that is missing, doubled or backwards."""
    steps = np.diff(values)
    usual = float(np.median(steps))
    slack = max(JITTER * abs(usual), 1.01 * digit)
    off = np.flatnonzero(np.abs(steps - usual) > slack)
    step, expected = int(off[0]) if len(off) else 0, "evenly spaced, increasing time"
    found = f"a step of {steps[step]:.4g} s after rows with {usual:.4g} s (a missing, doubled or backward time step)"
    fix = "export the file again without gaps, or keep start_s and end_s in trials.csv to one side of it"
    return Problem("DE-055", f"{where}, row {first_row + step + 1}", found, expected, fix)


def differing_rate(where: str, rate_hz: float, declared_hz: float) -> Problem:
    """What is told where a file's own rate (Hz) wins over the declared one."""
    found = f"{rate_hz:.6g} Hz by the file's own clock"
    fix = f"write {rate_hz:.6g} into rate_hz; the file's clock is used"
    return Problem("DE-057", where, found, f"{declared_hz:g} Hz as declared", fix)


def _rounded(where: str, digit: float, rate_hz: float, nominal_hz: float | None) -> Problem:
    found = f"times in steps of {digit:g} s at {rate_hz:.6g} Hz"
    used = "the declared rate is used" if nominal_hz else "declare rate_hz, which is more exact"
    return Problem("DE-058", where, found, "a digit for each sample", f"nothing; times were rounded, and {used}")


def _assumed(where: str, unit: str, rate_hz: float) -> Problem:
    found, expected = f"no unit, and steps of {1 / rate_hz:.4g} s if it counts {unit}", "a unit in the clock's name"
    return Problem("DE-064", where, found, expected, f"nothing, if {unit} is right; it was read so")


def unnamed_clock(contents: Contents, column: Column) -> str | None:
    """Name of a column that rises evenly as a clock does, though it is not called like one; None where none does."""
    for other in contents.columns:
        if other is column or len(other.cells) < PROBE or fold(other.name) in INDEX or clock_name(other.name):
            continue
        try:
            first, second, third, last = (float(other.cells[place]) for place in (0, 1, 2, len(other.cells) - 1))
        except ValueError:
            continue
        step = (last - first) / (len(other.cells) - 1)
        if step > 0 and step != 1 and max(abs(second - first - step), abs(third - second - step)) < 0.02 * step:
            return other.name
    return None
