"""Marker trajectories for OpenSim (.trc): five lines of header, then frame, time and three coordinates a marker.

Blanks are gaps and stay gaps. What stands before a colon in a marker's name is most often the person's name, and the
first line holds a path: neither is kept.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import Dialect, split, split_columns
from deepemg.recordings.readers.opensim_storage import decimal_comma, finite
from deepemg.recordings.readers.text import decode, read_lines
from deepemg.recordings.spelling import fold

NAME = "trc"
NAMES_LINE = 3  # from 0
AXES_ROW = re.compile(r"^\s*X\d*\s", re.I)
FIX = "export it again as TRC, from the program of the cameras or with OpenSim's C3D converter"


def recognises(head: bytes, path: Path) -> bool:
    """The first word of the file."""
    return decode(head[:400]).lstrip().startswith("PathFileType")


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """`Frame#`, `Time` (s) and `<marker> x`, `<marker> y`, `<marker> z` in the unit of the header, at its rate.

    Raises RecordingError where the header is broken, or rows are not as many as it says.
    """
    lines = read_lines(path, head_only=head_only)
    if len(lines) <= NAMES_LINE:
        raise RecordingError([_broken(path, "a file that ends within its header")])
    said = dict(zip(map(fold, _cells(lines[1])), _cells(lines[2]), strict=False))
    names = ["Frame#", "Time", *_coordinates(path, lines[NAMES_LINE], said.get("nummarkers", ""))]
    below = range(NAMES_LINE + 1, len(lines))
    first = next((p for p in below if lines[p].strip() and not AXES_ROW.match(lines[p])), len(lines))
    delimiter = _delimiter(lines[NAMES_LINE])
    comma = decimal_comma(lines[first:], delimiter)
    cells = split_columns(path, lines, Dialect(delimiter, comma, NAMES_LINE, None, first), names)
    frames = finite(said.get("numframes", ""))
    if frames is None:
        raise RecordingError([_broken(path, "no number of frames in its header")])
    if not head_only and len(cells[0]) != frames:
        found, expected = f"{len(cells[0])} frames", f"{frames:.0f} as its header says"
        raise RecordingError([Problem("DE-061", str(path), found, expected, f"{FIX}; was it cut off?")])
    rate = finite(said.get("datarate", ""))
    rate = rate if rate and rate > 0 else None
    unit = said.get("units") or None
    units = [None, "s", *[unit] * (len(names) - 2)]
    found_columns = (Column(name, c, u, rate) for name, c, u in zip(names, cells, units, strict=True))
    return Contents(path, tuple(found_columns), first_row=first + 1)


def _delimiter(line: str) -> str:
    return "\t" if "\t" in line else " "


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in split(line, _delimiter(line))]


def _coordinates(path: Path, line: str, number: str) -> Sequence[str]:
    """Names of the coordinates: some writers give a name to each marker, some to each coordinate."""
    cells = _cells(line)
    if [fold(cell)[:5] for cell in cells[:2]] != ["frame", "time"]:
        raise RecordingError([_broken(path, "no names Frame# and Time in row 4")])
    markers = [cell.rpartition(":")[2].strip() for cell in cells[2:] if cell]
    count = finite(number)
    if count is not None and len(markers) == 3 * count:
        return markers
    if len(markers) != count:
        raise RecordingError([_broken(path, f"{len(markers)} names of markers, and another number in its header")])
    return [f"{marker} {axis}" for marker in markers for axis in "xyz"]


def _broken(path: Path, found: str) -> Problem:
    return Problem("DE-051", str(path), found, "the header of a TRC file (PathFileType, DataRate, ..., Frame#)", FIX)
