"""Noraxon MR3 export, one file per signal.

Line 1 names and line 2 gives type, name, time unit, begin time, frequency, count and unit; line 3 is blank; then
`time,value` and the samples. UTF-8 with a byte order mark.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.numbers import numeric_values, rate_from_time
from deepemg.recordings.signal import Header, Signal

HEADER = ("type", "name", "time_units", "begin_time", "frequency", "count", "units")
FIRST_SAMPLE_ROW = 5


def _fields(path: Path) -> tuple[dict[str, str], tuple[str, ...]]:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = list(csv.reader(line for _, line in zip(range(4), file, strict=False)))
    if len(rows) < 4 or tuple(rows[0]) != HEADER or len(rows[1]) != len(HEADER):
        found = ",".join(rows[0])[:80] if rows else "an empty file"
        problem = Problem(
            "DE-060",
            f"{path}, row 1",
            found,
            f"the header of a Noraxon MR3 export ({','.join(HEADER)})",
            "export one file per signal, or set format in subject.yaml",
        )
        raise RecordingError([problem])
    return dict(zip(HEADER, rows[1], strict=True)), tuple(rows[3])


def header(path: Path) -> Header:
    """Column names of the sample block (`time`, `value`; `time`, `x`, `y`, `z` for vectors) and the unit."""
    fields, columns = _fields(path)
    return Header(columns, fields["units"])


def read(path: Path, column: str, *, rate_hz: float | None) -> Signal:
    """Read one column with the rate and unit of the file's own header.

    Raises RecordingError where header and samples disagree, or the declared rate is another one.
    """
    fields, _ = _fields(path)
    table = pd.read_csv(path, skiprows=FIRST_SAMPLE_ROW - 2, dtype=str, encoding="utf-8-sig")
    expected = int(fields["count"])
    if len(table) != expected:
        problem = Problem(
            "DE-061", str(path), f"{len(table)} samples", f"{expected} as its header says", "export the file again"
        )
        raise RecordingError([problem])
    frequency = float(fields["frequency"])
    if rate_hz is not None and abs(rate_hz - frequency) > 1e-6 * frequency:
        problem = Problem(
            "DE-062", str(path), f"{frequency:g} Hz in its header", f"{rate_hz:g} Hz as declared", "correct rate_hz"
        )
        raise RecordingError([problem])
    values = numeric_values(table[column], path, column, first_row=FIRST_SAMPLE_ROW)
    time = numeric_values(table["time"], path, "time", first_row=FIRST_SAMPLE_ROW)
    rate_from_time(time, path, declared_hz=frequency, first_row=FIRST_SAMPLE_ROW)
    return Signal(values, frequency, start_s=float(fields["begin_time"]), unit=fields["units"])
