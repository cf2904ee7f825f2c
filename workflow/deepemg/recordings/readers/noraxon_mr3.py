"""Noraxon MR3 export, one file per signal.

Line 1 names and line 2 gives type, name, time unit, begin time, frequency, count and unit; line 3 is blank; then
`time,value` and the samples. UTF-8 with a byte order mark.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.numbers import numeric_values, rate_from_time
from deepemg.recordings.signal import WHOLE, Header, Part, Signal

HEADER = ("type", "name", "time_units", "begin_time", "frequency", "count", "units")
FIRST_SAMPLE_ROW = 5


@dataclass(frozen=True)
class _Export:
    """What the first four lines say."""

    begin_s: float
    frequency_hz: float
    count: int
    unit: str
    columns: tuple[str, ...]


def _export(path: Path) -> _Export:
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = list(csv.reader(line for _, line in zip(range(4), file, strict=False)))
    try:
        fields = dict(zip(HEADER, rows[1], strict=True))
        if tuple(rows[0]) != HEADER or fields["time_units"] != "s":
            raise ValueError
        begin, frequency, count = float(fields["begin_time"]), float(fields["frequency"]), int(fields["count"])
        return _Export(begin, frequency, count, fields["units"], tuple(rows[3]))
    except (IndexError, ValueError):
        found = " | ".join(",".join(row) for row in rows[:2])[:160] or "an empty file"
        problem = Problem(
            "DE-060",
            f"{path}, rows 1 and 2",
            found,
            f"the header of a Noraxon MR3 export ({','.join(HEADER)}; time in s)",
            "export one file per signal, or set format in subject.yaml",
        )
        raise RecordingError([problem]) from None


def header(path: Path) -> Header:
    """Column names of the sample block (`time`, `value`; `time`, `x`, `y`, `z` for vectors) and the unit."""
    export = _export(path)
    return Header(export.columns, export.unit)


def read(path: Path, column: str, *, rate_hz: float | None, part: Part = WHOLE) -> Signal:
    """Read one column with the rate and unit of the file's own header.

    Raises RecordingError where header and samples disagree, or the declared rate is another one.
    """
    export = _export(path)
    try:
        table = pd.read_csv(
            path, skiprows=FIRST_SAMPLE_ROW - 2, index_col=False, dtype=str, encoding="utf-8-sig",
            encoding_errors="replace",
        )  # fmt: skip
    except ValueError as error:
        found = str(error).strip().replace("\n", " ")
        raise RecordingError(
            [Problem("DE-061", str(path), found, "time,value rows", "export the file again")]
        ) from error
    if len(table) != export.count:
        problem = Problem(
            "DE-061", str(path), f"{len(table)} samples", f"{export.count} as its header says", "export the file again"
        )
        raise RecordingError([problem])
    rate = export.frequency_hz
    if rate_hz is not None and abs(rate_hz - rate) > 1e-6 * rate:
        problem = Problem(
            "DE-062", str(path), f"{rate:g} Hz in its header", f"{rate_hz:g} Hz as declared", "correct rate_hz"
        )
        raise RecordingError([problem])
    time = numeric_values(table["time"], path, "time", first_row=FIRST_SAMPLE_ROW)
    rate_from_time(time, path, declared_hz=rate, first_row=FIRST_SAMPLE_ROW)
    inside = part.samples(first_s=export.begin_s, rate_hz=rate, count=len(table))
    values = numeric_values(table[column].iloc[inside], path, column, first_row=FIRST_SAMPLE_ROW + inside.start)
    return Signal(values, rate, start_s=export.begin_s + inside.start / rate, unit=export.unit)
