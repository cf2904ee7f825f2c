"""One signal out of a file's columns: by its name, on its clock, the part that is the trial, as finite numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from deepemg.recordings.clocks import clock_of, differing_rate, unnamed_clock
from deepemg.recordings.contents import Column, Contents, filled
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import GAP
from deepemg.recordings.signal import WHOLE, Part, Signal
from deepemg.recordings.spelling import cut, fold, listed, nearest, short
from deepemg.recordings.times import NAMED_RATE

NUMBERED = re.compile(r"#[0-9]{1,9}$")
LATEST_S = 1e12  # of a first sample; times since 1970 are less
NEARLY_NUMBER = re.compile(r"[-+\d.,:eE ]+")
LONGEST_NUMBER = 30  # letters
PAST_END_S = 0.02  # a part may end this much after its file: people round to hundredths


def named(column: Column) -> set[str]:
    """Every name (folded) that a column answers to: its own, that of its sensor, and both together."""
    names = {fold(column.name)}
    if column.source:
        names |= {fold(column.source), fold(f"{column.source} {column.name}"), fold(f"{column.source}: {column.name}")}
    return names


def matching(columns: Sequence[Column], name: str) -> list[Column]:
    """The columns that a name could mean; `#3` is the third column of the file whatever it is called."""
    if NUMBERED.match(name) and not any(fold(c.name) == fold(name) for c in columns):
        place = int(name[1:]) - 1
        return [columns[place]] if 0 <= place < len(columns) else []
    return [column for column in columns if fold(name) in named(column)]


def find_column(contents: Contents, name: str, turn: tuple[int, int] | None = None) -> Column:
    """The column of this name. Raises RecordingError where there is none, or several.

    `turn` = (k, n) says that n rows of channels.csv ask for this name and this is the k-th: where the file has n
    columns so named and says which sensor each is, they are taken in order (`checks/sheets.py` tells which).
    """
    found = matching(contents.columns, name)
    if len(found) == 1:
        return found[0]
    if found and turn and len(found) == turn[1] and len({column.source for column in found} - {None}) == len(found):
        return found[turn[0]]
    raise RecordingError([missing_column(contents, name) if not found else doubled_column(contents, name, found)])


def missing_column(contents: Contents, name: str) -> Problem:
    """No column of this name: what there is, and which of it is likely."""
    known = [f"{c.source}: {c.name}" if c.source else c.name for c in contents.columns]
    likely = nearest(name, known)
    return Problem(
        "DE-041",
        str(contents.path),
        f"columns {listed(known)}",
        f"a column {short(name)}",
        f"{likely}correct the column (#2 is the second, whatever it is called); if a trial did not record the channel, "
        "name those it did in channels of trials.csv",
    )


def doubled_column(contents: Contents, name: str, found: Sequence[Column]) -> Problem:
    """Several columns of this name: how to tell them apart."""
    places = [f"#{contents.columns.index(column) + 1}" for column in found]
    sensors = [column.source for column in found if column.source]
    how = (
        f"the name of the sensor ({listed([repr(sensor) for sensor in sensors])})"
        if sensors
        else "its number in the file"
    )
    return Problem(
        "DE-043",
        f"{contents.path}, column {short(name)}",
        f"the name {len(found)} times (columns {listed(places)})",
        "one column of this name",
        f"write {how}, for example {places[0]}, as column in channels.csv, or name the sensors before exporting",
    )


def extract(
    contents: Contents,
    name: str,
    *,
    rate_hz: float | None,
    part: Part = WHOLE,
    clock: dict[str, str] | None = None,
    turn: tuple[int, int] | None = None,
) -> Signal:
    """Read one column. The rate is that of the file's clock, of its header, or the declared one, in this order.

    `clock` is what subject.yaml says of the clock. Raises RecordingError where there is no rate, a cell of the part is
    no finite number, or the part ends after the file.
    """
    column = find_column(contents, name, turn)
    nominal = column.rate_hz or rate_hz
    own = clock_of(contents, column, nominal_hz=nominal, named=clock, part=part)
    notes = list(contents.notes)
    if own is not None:
        rate, start = own.rate_hz, own.start_s
        notes += own.notes
    else:
        if nominal is None:
            raise RecordingError([_no_rate(contents, column)])
        rate, start = nominal, column.start_s
        if column.rate_hz is None and (suspect := unnamed_clock(contents, column)) is not None:
            notes.append(_is_it_the_clock(contents, suspect))
    if column.rate_hz is not None and rate_hz is not None and not abs(rate - rate_hz) <= NAMED_RATE * rate_hz:
        notes.append(differing_rate(f"{contents.path}, {column.name}", rate, rate_hz))
    if not 0 < rate < np.inf:
        fix = "export the file again: it is damaged"
        raise RecordingError([Problem("DE-051", str(contents.path), f"a rate of {rate:g} Hz", "one that can be", fix)])
    if not abs(start) < LATEST_S:
        fix = "export the file again: it is damaged"
        raise RecordingError([Problem("DE-051", str(contents.path), f"a start at {start:g} s", "one that can be", fix)])
    cells = filled(column.cells)
    if len(cells) == 1:
        fix = "export the file again; is it the right file?"
        raise RecordingError([Problem("DE-053", str(contents.path), "1 sample", "two or more", fix)])
    _check_part(contents, part, start, start + len(cells) / rate)
    inside = part.samples(first_s=start, rate_hz=rate, count=len(cells))
    values = _numbers(contents, column, cells[inside], first_row=contents.first_row + inside.start)
    return Signal(values, rate, start_s=start + inside.start / rate, unit=column.unit, notes=tuple(notes))


def _numbers(contents: Contents, column: Column, cells: Sequence[str] | np.ndarray, *, first_row: int) -> np.ndarray:
    """Cells as finite floats. Raises RecordingError naming the first that is none."""
    if isinstance(cells, np.ndarray) and cells.dtype.kind in "fiu":
        values = cells.astype(float)
    else:
        values = pd.to_numeric(pd.Series(list(cells), dtype=str), errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(values) and not len(bad):
        return values
    row = first_row + (int(bad[0]) if len(bad) else 0)
    found = _said(str(cells[int(bad[0])]).strip()) if len(bad) else "no samples"
    more = f" and {len(bad) - 1} more such cells" if len(bad) > 1 else ""
    raise RecordingError(
        [
            Problem(
                "DE-052",
                f"{contents.path}, row {row}, column {cut(column.name)}",
                found + more,
                "a finite number in each cell",
                "fill the gap in the recorder's program, or let start_s and end_s in trials.csv keep to the good part",
            )
        ]
    )


def _said(cell: str) -> str:
    """What a cell holds that is no number; of other texts only how long they are, for they may name a person."""
    if not cell:
        return "an empty cell"
    is_gap = cell.lower() in GAP or (len(cell) <= LONGEST_NUMBER and NEARLY_NUMBER.fullmatch(cell))
    return repr(cell) if is_gap else f"a text of {len(cell)} letters"


def _check_part(contents: Contents, part: Part, start_s: float, end_s: float) -> None:
    """Raises RecordingError where a trial's part ends after its file does, or begins there."""
    beyond = [
        f"{key} {value:g} s"
        for key, value in (("start_s", part.start_s), ("end_s", part.end_s))
        if value is not None and value > end_s + PAST_END_S
    ]
    if beyond:
        found = f"{' and '.join(beyond)}, beside a file that lasts from {start_s:.4g} to {end_s:.4g} s"
        fix = "correct start_s and end_s in trials.csv (in s, on the file's own clock), or leave the cells empty"
        raise RecordingError([Problem("DE-048", str(contents.path), found, "a part inside its file", fix)])


def _no_rate(contents: Contents, column: Column) -> Problem:
    suspect = unnamed_clock(contents, column)
    fix = "write rate_hz (channels.csv; kinematics, torque in subject.yaml), or emg_rate_hz in trials.csv for one trial"
    if suspect is not None:
        fix += f"; if {short(suspect)} is the clock: clock: {{column: {short(suspect)}, unit: s}} in subject.yaml"
    return Problem(
        "DE-050", str(contents.path), "neither a clock nor a declared rate", "a column time, or rate_hz", fix
    )


def _is_it_the_clock(contents: Contents, suspect: str) -> Problem:
    return Problem(
        "DE-065",
        f"{contents.path}, column {cut(suspect) or 'without a name'}",
        "numbers that rise evenly as a clock does, and were not used",
        "a clock called time",
        f"if it is the clock: clock: {{column: {short(suspect)}, unit: s}} in subject.yaml; else nothing",
    )
