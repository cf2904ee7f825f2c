"""Plain CSV (also .csv.gz): one header line, comma separated, decimal point, optional `time` column in seconds."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pandas as pd

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.numbers import numeric_values, rate_from_time
from deepemg.recordings.signal import WHOLE, Header, Part, Signal

TIME = "time"
FIRST_SAMPLE_ROW = 2


def header(path: Path) -> Header:
    """Column names of the header line; a plain CSV file says no unit.

    Raises RecordingError where the file cannot be read, or the samples have more cells than the header has names.
    """
    open_text = gzip.open if path.suffix.lower() == ".gz" else open
    try:
        with open_text(path, "rt", encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, skipinitialspace=True)
            names, first = next(rows, []), next(rows, [])
    except (ValueError, OSError, EOFError, csv.Error) as error:
        raise RecordingError([_unreadable(path, error)]) from error
    if any(cell.strip() for cell in first[len(names) :]):
        problem = Problem(
            "DE-056",
            f"{path}, row 2",
            f"{len(first)} cells below {len(names)} column names",
            "a name for each column, and a decimal point",
            "export the file with a full header line, comma separated",
        )
        raise RecordingError([problem])
    return Header(tuple(name.strip() for name in names))


def read(path: Path, column: str, *, rate_hz: float | None, part: Part = WHOLE) -> Signal:
    """Read one column; the rate comes from `rate_hz`, or from the time column where none is declared.

    Raises RecordingError where a cell is not a finite number, or time and declared rate disagree.
    """
    header(path)
    wanted = {TIME, column}
    try:
        table = pd.read_csv(
            path,
            usecols=lambda name: name.strip() in wanted,
            index_col=False,
            dtype=str,
            encoding="utf-8-sig",
            skipinitialspace=True,
            skip_blank_lines=False,
        )
    except (ValueError, OSError, EOFError) as error:
        raise RecordingError([_unreadable(path, error)]) from error
    table.columns = [name.strip() for name in table.columns]
    table = table.loc[: table.last_valid_index()] if table.notna().any(axis=None) else table.iloc[:0]
    first_s = 0.0
    if TIME in table:
        time = numeric_values(table[TIME], path, TIME, first_row=FIRST_SAMPLE_ROW)
        rate_hz, first_s = rate_from_time(time, path, declared_hz=rate_hz, first_row=FIRST_SAMPLE_ROW), float(time[0])
    if rate_hz is None:
        problem = Problem(
            "DE-050", str(path), "neither a time column nor a declared rate", "one of the two", "declare rate_hz"
        )
        raise RecordingError([problem])
    inside = part.samples(first_s=first_s, rate_hz=rate_hz, count=len(table))
    values = numeric_values(table[column].iloc[inside], path, column, first_row=FIRST_SAMPLE_ROW + inside.start)
    return Signal(values, rate_hz, start_s=first_s + inside.start / rate_hz)


def _unreadable(path: Path, error: Exception) -> Problem:
    found = str(error).strip().replace("\n", " ") or type(error).__name__
    return Problem("DE-051", str(path), found, "a CSV file with one header line", "export the file again")
