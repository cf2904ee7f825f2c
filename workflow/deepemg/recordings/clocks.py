"""When a file's samples were taken: which of its columns is a clock, in which unit, and whether it is even.

Recorders call their clock `Time`, `Time (s)`, `X[s]`, `t`, `Zeit`, and write it in seconds or milliseconds, with three
decimals at 2000 Hz, or as the time of day. What a clock says wins over a declared rate; what it says that differs is
told.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.recordings.clock_names import INDEX, clock_name
from deepemg.recordings.contents import Column, Contents, filled
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.signal import WHOLE, Part
from deepemg.recordings.spelling import cut, fold, short
from deepemg.recordings.times import (
    FASTEST_HZ,
    JITTER,
    NEARLY_ALL,
    PROBE,
    SLOWEST_HZ,
    has_gap,
    inside_part,
    is_even,
    is_on_a_grid,
    is_rounded,
    nominal_or_own,
    off_grid,
    times,
)
from deepemg.recordings.units import canonical, scale


@dataclass(frozen=True)
class Clock:
    """Start (s) and rate (Hz) of evenly spaced samples; `notes` tells where that is not what was declared."""

    start_s: float
    rate_hz: float
    notes: tuple[Problem, ...] = ()


def clock_of(
    contents: Contents,
    column: Column,
    *,
    nominal_hz: float | None,
    named: dict[str, str] | None = None,
    part: Part = WHOLE,
) -> Clock | None:
    """The clock of a column of a file, or None where the file has none.

    Where the file as a whole is uneven, only the `part` that is the trial must be even. `nominal_hz` is the rate that
    the header or the sheet says, `named` what subject.yaml says of the clock (column, unit). Where several columns are
    clocks, each column has the one on its left. Raises RecordingError where the clock is uneven, or it cannot be told
    what it counts.
    """
    found = _candidate(contents, column, named)
    if found is None or part == WHOLE:
        _check_index(contents, column)
    if found is None:
        return None
    place, must, unit = found
    clock = contents.columns[place]
    values, digit = times(clock)
    first = 0
    if part != WHOLE and not is_even(values):
        first, values = inside_part(values, part, unit)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(bad) or len(values) < 2:
        if not must:
            return None
        raise RecordingError([_unreadable(contents, clock, bad + first, len(values))])
    steps = np.diff(values)
    must = must or has_gap(steps)
    where = f"{contents.path}, column {clock.name.strip() or place + 1}"
    size = _size(where, float(np.median(steps)), unit, nominal_hz, must)
    if size is None:
        return None
    digit = digit * size if is_rounded(steps * size, digit * size) else 0.0
    if not is_on_a_grid(values * size, digit, nominal_hz):
        if not must:
            return None
        raise RecordingError([_uneven(where, values * size, contents.first_row + first, digit)])
    rate, notes = _rate_of(where, values * size, digit, nominal_hz)
    if size != 1.0 and unit is None:
        notes.append(_assumed(where, {1e-3: "ms", 1e-6: "us"}[size], rate))
    return Clock(float(values[0] * size - first / rate), rate, tuple(notes))


def _rate_of(where: str, values: np.ndarray, digit: float, nominal_hz: float | None) -> tuple[float, list[Problem]]:
    """Rate (Hz) of even times, and what should be told of it. Raises RecordingError where it is none of a signal."""
    rate = nominal_or_own(values, digit, nominal_hz)
    if not SLOWEST_HZ <= rate <= FASTEST_HZ:
        fix = "say its unit: clock: {column: ..., unit: s, ms or us} in subject.yaml"
        raise RecordingError([Problem("DE-054", where, f"{rate:.6g} Hz", f"{SLOWEST_HZ:g} Hz or more", fix)])
    notes = []
    if nominal_hz is not None and rate != nominal_hz:
        notes.append(differing_rate(where, rate, nominal_hz))
    if np.abs(off_grid(values, rate)).max() > JITTER:
        notes.append(_rounded(where, digit, rate, nominal_hz))
    return float(rate), notes


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
    if not step > np.finfo(float).tiny:
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
        values, _ = times(other)
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
