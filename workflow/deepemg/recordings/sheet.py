"""channels.csv and trials.csv as spreadsheets write them: commas, semicolons or tabs, any encoding, any case."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.text import read_bytes, read_lines
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import canonical

NUMBERS = ("rate_hz", "load", "start_s", "end_s", "emg_rate_hz", "emg_delay_s", "kinematics_rate_hz")
UNITS = {"unit": "emg", "emg_unit": "emg", "load_unit": "load"}
WORDS = ("role", "split", "kind", "use")  # compared without case


@dataclass(frozen=True)
class Sheet:
    """Rows by their number in the file; cells without blanks, numbers as numbers, units in their own spelling."""

    path: Path
    columns: tuple[str, ...]
    rows: dict[int, dict[str, Any]]


def read_sheet(path: Path) -> Sheet:
    """Rows of a small table, without empty cells and empty rows. Raises RecordingError where it is no table of text."""
    if read_bytes(path, head_only=True)[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise RecordingError([_no_sheet(path, "an Excel workbook that is named .csv")])
    lines = read_lines(path)
    first = next((line for line in lines if line.strip(' ,;\t"') and not line.lstrip(' "').startswith("#")), None)
    if first is None:
        raise RecordingError([_no_sheet(path, "an empty file")])
    if "\x00" in first:
        raise RecordingError([_no_sheet(path, "bytes that are no text")])
    delimiter = max(",;\t", key=first.count)
    table = csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, skipinitialspace=True)
    columns: tuple[str, ...] = ()
    rows = {}
    for cells in table:
        cells = [cell.strip() for cell in cells]
        if not any(cells) or cells[0].startswith("#"):  # an empty row, or a comment of the template
            continue
        if not columns:
            columns = tuple(fold(cell).replace(" ", "_") for cell in cells)
            columns = columns[: max(place + 1 for place, name in enumerate(columns) if name)]
            continue
        if any(cells[len(columns) :]):
            found = f"{len(cells)} cells below {len(columns)} column names in row {table.line_num}"
            raise RecordingError([_no_sheet(path, found)])
        row = {column: cell for column, cell in zip(columns, cells, strict=False) if cell and column}
        rows[table.line_num] = {column: _value(column, cell, delimiter) for column, cell in row.items()}
    return Sheet(path, columns, rows)


def _value(column: str, cell: str, delimiter: str) -> Any:
    """A cell as what it means, or as it stands where it means nothing (the schema then says so)."""
    if column in NUMBERS:
        try:
            return float(cell.replace(",", ".", 1) if delimiter != "," else cell)
        except ValueError:
            return cell
    if column in UNITS:
        assumed = "?" if column == "load_unit" and cell.endswith("?") else ""
        unit = canonical(cell.removesuffix("?"), UNITS[column])
        return unit + assumed if unit else cell
    return fold(cell).replace("-", "_").replace(" ", "_") if column in WORDS else cell


def _no_sheet(path: Path, found: str) -> Problem:
    expected = "a table of text with a row of names, and as many cells in each row"
    return Problem("DE-012", str(path), found, expected, "save the sheet as CSV (comma or semicolon separated)")
