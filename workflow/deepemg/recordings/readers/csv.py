"""Plain CSV (also .csv.gz): one header line, comma separated, decimal point, optional `time` column in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.numbers import numeric_values, rate_from_time
from deepemg.recordings.signal import Header, Signal

TIME = "time"


def header(path: Path) -> Header:
    """Column names of the header line; a plain CSV file says no unit."""
    try:
        table = pd.read_csv(path, nrows=0, encoding="utf-8-sig", skipinitialspace=True)
    except (ValueError, OSError, EOFError) as error:
        raise RecordingError([_unreadable(path, error)]) from error
    return Header(tuple(str(name).strip() for name in table.columns))


def read(path: Path, column: str, *, rate_hz: float | None) -> Signal:
    """Read one column; the rate comes from `rate_hz`, or from the time column where none is declared.

    Raises RecordingError where a cell is not a finite number, or time and declared rate disagree.
    """
    wanted = {TIME, column}
    try:
        table = pd.read_csv(
            path, usecols=lambda name: name.strip() in wanted, dtype=str, encoding="utf-8-sig", skipinitialspace=True
        )
    except (ValueError, OSError, EOFError) as error:
        raise RecordingError([_unreadable(path, error)]) from error
    table.columns = [name.strip() for name in table.columns]
    values = numeric_values(table[column], path, column, first_row=2)
    if TIME not in table:
        if rate_hz is None:
            problem = Problem(
                "DE-050", str(path), "neither a time column nor a declared rate", "one of the two", "declare rate_hz"
            )
            raise RecordingError([problem])
        return Signal(values, rate_hz)
    time: np.ndarray = numeric_values(table[TIME], path, TIME, first_row=2)
    return Signal(values, rate_from_time(time, path, declared_hz=rate_hz, first_row=2), start_s=float(time[0]))


def _unreadable(path: Path, error: Exception) -> Problem:
    found = str(error).strip().replace("\n", " ") or type(error).__name__
    return Problem("DE-051", str(path), found, "a CSV file with one header line", "export the file again")
