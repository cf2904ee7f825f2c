"""Noraxon MR3 export, one file per signal.

Line 1 names and line 2 gives type, name, time unit, begin time, frequency, count and unit; line 3 is blank; then
`time,value` (some programs: `Time,value`; vectors: `time,x,y,z`) and the samples. The other form of the export, one
table for all signals, is a CSV table like any other.
"""

from __future__ import annotations

import math
from pathlib import Path

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import Dialect, split, split_columns
from deepemg.recordings.readers.text import read_lines
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import canonical, scale

NAME = "noraxon_mr3"
HEADER = ("type", "name", "time_units", "begin_time", "frequency", "count", "units")
NAMES_LINE = 3  # from 0


def recognises(head: bytes, path: Path) -> bool:
    """The names of its header are in the first line."""
    first = head.lstrip(b"\xef\xbb\xbf")[:200].split(b"\n")[0].lower()
    return first.startswith(b"type,name,time_units") or first.startswith(b"type;name;time_units")


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """The clock and the values of the signal. Raises RecordingError where header and samples disagree."""
    lines = read_lines(path, head_only=head_only)
    delimiter = ";" if lines and lines[0].count(";") >= len(HEADER) - 1 else ","
    rows = [split(line, delimiter) for line in lines[: NAMES_LINE + 1]]
    try:
        fields = dict(zip((fold(name) for name in rows[0]), rows[1], strict=True))
        unit = canonical(fields["time_units"], "time")
        begin, frequency = (float(fields[key].replace(",", ".")) for key in ("begin_time", "frequency"))
        count, names = int(fields["count"]), [name.strip() for name in rows[NAMES_LINE]]
        fields.setdefault("units", "")
        if unit is None or frequency <= 0 or not math.isfinite(frequency * begin) or not names:
            raise ValueError
    except (IndexError, ValueError, KeyError, OverflowError):
        raise RecordingError([_no_header(path)]) from None
    dialect = Dialect(delimiter, delimiter == ";" and _has_commas(lines), NAMES_LINE, None, NAMES_LINE + 1)
    columns = split_columns(path, lines, dialect, names)
    if not head_only and len(columns[0]) != count:
        found, fix = f"{len(columns[0])} samples", "export the file again: it is cut off"
        raise RecordingError([Problem("DE-061", str(path), found, f"{count} as its header says", fix)])
    start = begin * scale(unit, "time")
    return Contents(
        path,
        tuple(
            Column(
                name, cells, unit=unit if fold(name) == "time" else fields["units"], rate_hz=frequency, start_s=start
            )
            for name, cells in zip(names, columns, strict=True)
        ),
        first_row=NAMES_LINE + 2,
    )


def _has_commas(lines: list[str]) -> bool:
    """Whether the samples are written with decimal commas."""
    return any("," in line for line in lines[NAMES_LINE + 1 : NAMES_LINE + 200])


def _no_header(path: Path) -> Problem:
    return Problem(
        "DE-060",
        f"{path}, rows 1 and 2",
        "another header",  # and not what stands there: it may be a person's name
        f"the header of a Noraxon MR3 export ({','.join(HEADER)})",
        "export one file per signal, or all signals as one CSV table",
    )
