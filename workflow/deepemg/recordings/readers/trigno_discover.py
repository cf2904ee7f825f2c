"""Delsys Trigno Discover export: application, date, length, then a row each of sensors, modes, names and rates.

Version 2 adds a row of sampling intervals, and a table of events to the right of the samples, which is not read; 1.4
has no row of rates. With or without `... Time Series (s)` beside it, a slower channel ends earlier in blanks or zeros.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import Dialect, split, split_columns
from deepemg.recordings.readers.emgworks import unpadded
from deepemg.recordings.readers.opensim_storage import decimal_comma, finite
from deepemg.recordings.readers.text import decode, read_lines
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import unit_in_name

NAME = "trigno_discover"
FIRST = re.compile(r'^\s*"?Application:"?\s*([,;\t])\s*"?\s*Trigno Discover', re.I)
RATE = re.compile(r"(-?[\d.,]{1,30}) ?Hz\)?$", re.I)
INTERVAL = re.compile(r"^[\d.,eE+-]+ ?s$")
TOP = 14  # lines among which the rows above the samples are
CLOCK = "Time (s)"  # for `EMG 1 Time Series (s)`: the name by which clocks are known
FIX = "export the collection as CSV again in Trigno Discover"


@dataclass(frozen=True)
class Layout:
    """Cells of the rows of sensors, names and rates, the line of the names and of the first sample (from 0)."""

    sensors: list[str]
    names: list[str]
    rates: list[float | None]
    names_line: int
    first_line: int


def recognises(head: bytes, path: Path) -> bool:
    """The program's name is in the first line."""
    return bool(FIRST.match(decode(head)))


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """Channels with sensor, unit and rate (Hz), and their clocks (s) where they were exported.

    Raises RecordingError where a row of the header is missing, or a row of samples has more or fewer cells than names.
    """
    lines = read_lines(path, head_only=head_only)
    if head_only and len(lines) <= TOP:  # rows of many sensors are longer than the head
        lines = read_lines(path)
    match = FIRST.match("\n".join(lines[:1]))
    delimiter = match[1] if match else ","
    rows = [split(line, delimiter) for line in lines[:TOP]]
    layout = _layout(rows)
    if layout is None:
        found, expected = "no rows of sensors, modes, names and rates", "the header of a Trigno Discover export"
        raise RecordingError([Problem("DE-051", str(path), found, expected, FIX)])
    first, width = layout.first_line, len(layout.names)
    events = any(any(row[width:]) for row in rows[layout.names_line + 1 : first])
    comma = decimal_comma(lines[first:], delimiter)
    dialect = Dialect(delimiter, comma, layout.names_line, None, first)
    cells = split_columns(path, lines, dialect, layout.names, texts_beside=events)
    return Contents(path, tuple(_columns(layout, cells)), first_row=first + 1)


def _layout(rows: Sequence[Sequence[str]]) -> Layout | None:
    """Where the rows above the samples are, or None where they are not all there."""
    rated = _row_of(rows, lambda cell: RATE.match(cell) is not None)
    modes = _row_of(rows, lambda cell: fold(cell).startswith("sensor mode"))
    named = rated - 1 if rated is not None else modes + 1 if modes is not None else 0
    above = [place for place in range(named) if place != modes and not "".join(rows[place][:1]).endswith(":")]
    if not above or named >= len(rows) or not any(rows[named]):
        return None
    names = list(rows[named])
    while not names[-1]:
        names.pop()
    width = len(names)
    written = rows[rated] if rated is not None else names
    rates = [_rate(written[place]) if place < len(written) else None for place in range(width)]
    first = (named if rated is None else rated) + 1
    while first < len(rows) and all(INTERVAL.match(cell) for cell in rows[first][:width] if cell):
        first += 1
    return Layout(carried(rows[above[-1]], width), names, rates, named, first)


def _row_of(rows: Sequence[Sequence[str]], test: Callable[[str], bool]) -> int | None:
    """The first row with a cell, all of whose cells pass a test."""
    return next((place for place, row in enumerate(rows) if any(row) and all(test(cell) for cell in row if cell)), None)


def _rate(cell: str) -> float | None:
    """The rate (Hz) at the end of a cell; -1 Hz is written where there is none."""
    match = RATE.search(cell)
    rate = finite(match[1]) if match else None
    return rate if rate is not None and rate > 0 else None


def carried(cells: Sequence[str], width: int) -> list[str]:
    """Cells, each to the right over the empty ones that follow it."""
    row: list[str] = []
    for place in range(width):
        cell = cells[place].strip() if place < len(cells) else ""
        row.append(cell or (row[-1] if row else ""))
    return row


def _columns(layout: Layout, cells: Sequence[Sequence[str]]) -> list[Column]:
    fastest = max((rate for rate in layout.rates if rate), default=0.0)
    columns = []
    for place, (name, sensor, rate) in enumerate(zip(layout.names, layout.sensors, layout.rates, strict=True)):
        clock = "time series" in fold(name)
        own = layout.rates[place + 1] if clock and place + 1 < len(layout.rates) else rate
        samples = cells[place]
        if own and own < fastest:
            samples = unpadded(samples, round(len(samples) * own / fastest))
        if name or any(cell.strip() for cell in samples):
            name, unit, rate = (CLOCK, "s", None) if clock else (name, unit_in_name(name), rate)
            columns.append(Column(name, samples, unit, rate, source=sensor or None))
    return columns
