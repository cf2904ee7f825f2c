"""OpenSim storage files (.mot, .sto), also SIMM motions: lines of a header down to `endheader`, names, rows.

`inDegrees` says the unit of angles, and nothing of the other columns: files of forces, controls and EMG carry it too.
OpenSim itself reads the flag only below a line `version=`; here it is read anyhow, and `no` without a version is told.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from pathlib import Path

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import Dialect, split, split_columns
from deepemg.recordings.readers.text import END_OF_LINE, decode, read_lines
from deepemg.recordings.spelling import fold

NAME = "opensim_storage"
KEYS = {"version", "nrows", "ncolumns", "indegrees", "datatype", "datarows", "datacolumns"}
NOT_ANGLES = re.compile(r"force|moment|torque|excit|activ|control|state|power|length|grf|emg|speed|accel|marker", re.I)
TRANSLATION = re.compile(r"_t[xyz](/value)?$", re.I)
FIX = "write it again in OpenSim (right click on the motion, Save As), with nRows and nColumns as they are"


def recognises(head: bytes, path: Path) -> bool:
    """A line `endheader` below a line that OpenSim or SIMM writes."""
    lines = END_OF_LINE.split(decode(head))
    end = _end(lines)
    return end is not None and bool(KEYS & set(_said(lines[:end])))


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """The columns; angles (deg or rad) have a unit where the header says it, and `time` is in s.

    Raises RecordingError where there is no header, or rows and columns are not as many as it says.
    """
    lines = read_lines(path, head_only=head_only)
    place = _names_line(lines)
    if place is None and head_only:  # a thousand states have a longer header than the head
        lines = read_lines(path)
        place = _names_line(lines)
    if place is None or finite(lines[place].split()[0]) is not None:
        raise RecordingError([_broken(path, "no line endheader with names below it")])
    names = [name.strip() for name in split(lines[place], "\t" if "\t" in lines[place] else " ")]
    while len(names) > 1 and not names[-1]:
        names.pop()
    body = lines[place + 1 :]
    delimiter = "\t" if body and "\t" in body[0].strip() else " "
    dialect = Dialect(delimiter, decimal_comma(body, delimiter), place, None, place + 1)
    columns = split_columns(path, lines, dialect, names)
    said = _said(lines[:place])
    _check_count(path, "columns", len(names), said.get("ncolumns", said.get("datacolumns")))
    if not head_only:
        _check_count(path, "rows", len(columns[0]), said.get("nrows", said.get("datarows")))
    unit = {"yes": "deg", "no": "rad"}.get(said.get("indegrees", ""))
    coordinates = _holds_coordinates(next((line for line in lines if line.strip()), ""), said, names)
    units = [_unit(name, unit, coordinates) for name in names]
    told = unit == "rad" and unit in units and "version" not in said
    notes = (_flag_without_version(path),) if told else ()
    found = (Column(name, cells, u) for name, cells, u in zip(names, columns, units, strict=True))
    return Contents(path, tuple(found), first_row=place + 2, notes=notes)


def _end(lines: Sequence[str]) -> int | None:
    return next((place for place, line in enumerate(lines) if fold(line) == "endheader"), None)


def _names_line(lines: Sequence[str]) -> int | None:
    end = _end(lines)
    below = range(len(lines) if end is None else end + 1, len(lines))
    return next((place for place in below if lines[place].strip()), None)


def _said(header: Sequence[str]) -> dict[str, str]:
    """What a header says, by key in small letters; SIMM parts key and value by a blank."""
    pairs = [line.partition("=" if "=" in line else " ") for line in header]
    return {fold(key): fold(value) for key, _, value in pairs}


def _holds_coordinates(title: str, said: dict[str, str], names: Sequence[str]) -> bool:
    """Whether a file is one of joint angles; files without a version have any title, mostly the name of a trial."""
    if fold(title) == "coordinates":
        return True
    return "version" not in said and not any(NOT_ANGLES.search(text) for text in (title, *names))


def _unit(name: str, unit: str | None, coordinates: bool) -> str | None:
    if fold(name) == "time":
        return "s"
    angle = (coordinates or name.endswith("/value")) and not TRANSLATION.search(name)
    return unit if angle else None


def _check_count(path: Path, what: str, count: int, said: str | None) -> None:
    """Raises RecordingError where a header gives another number of rows or columns than there are."""
    number = None if said is None else finite(said)
    if said is not None and number is None:
        raise RecordingError([_broken(path, f"no number of {what} in its header")])
    if number is not None and number != count:
        found = f"{count} {what}"
        raise RecordingError([Problem("DE-061", str(path), found, f"{number:.0f} as its header says", FIX)])


def _broken(path: Path, found: str) -> Problem:
    return Problem("DE-051", str(path), found, "the header of an OpenSim storage file, names and rows", FIX)


def _flag_without_version(path: Path) -> Problem:
    found, expected = "inDegrees=no without a line version=1", "both, or OpenSim takes the angles for degrees"
    return Problem("DE-064", str(path), found, expected, "nothing, if the angles are in radians; they were read so")


def finite(text: str) -> float | None:
    """The number that a text spells, with a decimal point or comma; None where it spells none, or no finite one."""
    try:
        value = float(text.replace(",", "."))
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def decimal_comma(lines: Sequence[str], delimiter: str) -> bool:
    """Whether numbers in these lines are written with a comma."""
    return delimiter != "," and any("," in line for line in lines) and not any("." in line for line in lines)
