"""Delsys EMGworks export: a line `Label: ...` for each channel, settings, then pairs of `X[s]` and a channel.

Each channel has its own rate, and ends where it ends: what follows is blank, or zeros. Where `X [s]` of the first
channel alone was exported, it is no clock for channels of another rate. Exports without the lines above begin with
the row of names; what the settings say of a person or a date is not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deepemg.recordings.contents import Column, Contents, filled
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import Dialect, split, split_columns
from deepemg.recordings.readers.opensim_storage import decimal_comma, finite
from deepemg.recordings.readers.text import decode, read_lines
from deepemg.recordings.units import unit_in_name

NAME = "emgworks"
CLOCK = re.compile(r'^"?X ?\[s\](?:\.\d+)?"?\s*([,;\t]|$)', re.I)
LABEL = re.compile(r"^\W*Label:.*Sampling frequency:", re.I)
FIELD = re.compile(r"(Sampling frequency|Number of points|Start|Unit):\s*(\S+)", re.I)
FIX = "export it again as CSV: EMGworks Analysis, File, Export, or Delsys File Utility"


@dataclass(frozen=True)
class Label:
    """What a line says of its channel: rate (Hz), number of samples, start (s) and unit."""

    rate_hz: float | None = None
    points: int | None = None
    start_s: float = 0.0
    unit: str | None = None


def recognises(head: bytes, path: Path) -> bool:
    """A first line that describes a channel, or names a clock `X[s]` and a channel with its unit."""
    first = next((line for line in decode(head).splitlines() if line.strip()), "")
    return bool(LABEL.match(first) or (CLOCK.match(first) and first.count("[") > 1))


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """Clocks and channels, each channel named as in the row of names (`EMG 1 [V]`, of the sensor before the colon).

    Raises RecordingError where there is no row of names, or a channel has fewer samples than its line says.
    """
    lines = read_lines(path, head_only=head_only)
    place = _names_line(lines)
    if place is None and head_only:  # settings of many channels are longer than the head
        lines = read_lines(path)
        place = _names_line(lines)
    if place is None:
        raise RecordingError([Problem("DE-051", str(path), "no row of names that begins with X[s]", "one", FIX)])
    match = CLOCK.match(lines[place])
    delimiter = (match and match[1]) or ","
    names = split(lines[place], delimiter)
    while len(names) > 1 and not names[-1]:
        names.pop()
    comma = decimal_comma(lines[place + 1 :], delimiter)
    cells = split_columns(path, lines, Dialect(delimiter, comma, place, None, place + 1), names)
    labels = _labels(lines[:place], names)
    if not head_only:
        _check_points(path, names, cells, labels)
    return Contents(path, tuple(_columns(path, names, cells, labels, is_whole=not head_only)), first_row=place + 2)


def _names_line(lines: Sequence[str]) -> int | None:
    return next((place for place, line in enumerate(lines) if CLOCK.match(line)), None)


def _labels(header: Sequence[str], names: Sequence[str]) -> dict[int, Label]:
    """The line of each channel, by the place of its column; the lines are in the order of the columns."""
    labels = [_label(line) for line in header if LABEL.match(line)]
    places = [place for place, name in enumerate(names) if not CLOCK.match(name)]
    return dict(zip(places, labels, strict=True)) if len(places) == len(labels) else {}


def _label(line: str) -> Label:
    said: dict[str, str] = {}
    for key, value in FIELD.findall(line):
        said.setdefault(key.lower(), value)  # the second Unit is that of the clock
    rate, points = finite(said.get("sampling frequency", "")), finite(said.get("number of points", ""))
    unit = said.get("unit", "")
    return Label(
        rate if rate and rate > 0 else None,
        None if points is None else max(int(points), 0),
        finite(said.get("start", "")) or 0.0,
        None if unit.lower() in ("", "domain") else unit,
    )


def _check_points(path: Path, names: Sequence[str], cells: Sequence[Sequence[str]], labels: dict[int, Label]) -> None:
    for place, label in labels.items():
        count = len(filled(cells[place]))
        if label.points is not None and count < label.points:
            where, expected = f"{path}, column {names[place]}", f"{label.points} as its header says"
            raise RecordingError([Problem("DE-061", where, f"{count} samples", expected, f"{FIX}; it is cut off")])


def _columns(
    path: Path, names: Sequence[str], cells: Sequence[Sequence[str]], labels: dict[int, Label], *, is_whole: bool
) -> list[Column]:
    """Each column, down to where its channel ends. Raises RecordingError where it does not end there."""
    clocks = [place for place, name in enumerate(names) if CLOCK.match(name)]
    shared = len(clocks) == 1 and len({label.rate_hz for label in labels.values()}) > 1
    columns = []
    for place, name in enumerate(names):
        clock = max((c for c in clocks if c <= place), default=None)
        owner = labels.get(place + 1 if place == clock and len(clocks) > 1 else place, Label())
        end = len(unpadded(cells[place if clock is None else clock], 1))
        end = end if owner.points is None else owner.points
        if is_whole and len(unpadded(cells[place], end)) > end:
            found, expected = f"samples after the {end} of its clock or its header", "blanks or zeros there"
            raise RecordingError([Problem("DE-061", f"{path}, column {name}", found, expected, FIX)])
        if place != clock:
            source, _, own = name.rpartition(":")
            unit = unit_in_name(name) or owner.unit
            column = Column(own.strip(), cells[place][:end], unit, owner.rate_hz, owner.start_s, source.strip() or None)
            columns.append(column)
        elif not shared:
            columns.append(Column("X[s]", cells[place][:end], "s"))
    return columns


def unpadded(cells: Sequence[str], least: int) -> Sequence[str]:
    """Cells without the blanks and zeros at their end, but for the first `least`."""
    end = len(cells)
    while end > least and not cells[end - 1].strip(" 0.,eE+-"):
        end -= 1
    return cells[:end]
