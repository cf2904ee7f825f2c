"""channels.csv and trials.csv as spreadsheets write them: commas, semicolons or tabs, any encoding, any case."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepemg.recordings.limits import limit, too_large
from deepemg.recordings.places import check_place
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.text import read_bytes, read_lines
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import canonical
from deepemg.spreadsheet import as_written

NUMBERS = ("rate_hz", "load", "start_s", "end_s", "emg_rate_hz", "emg_delay_s", "kinematics_rate_hz")
UNITS = {"unit": "emg", "emg_unit": "emg", "load_unit": "load"}
WORDS = ("role", "split", "kind", "use", "forearm")  # compared without case


@dataclass(frozen=True)
class Sheet:
    """Rows by their number in the file; cells without blanks, numbers as numbers, units in their own spelling."""

    path: Path
    columns: tuple[str, ...]
    rows: dict[int, dict[str, Any]]


def read_sheet(path: Path) -> Sheet:
    """Rows of a small table, without empty cells and empty rows. Raises RecordingError where it is no table of text."""
    check_place(path, [path.parent])
    if read_bytes(path, head_only=True)[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise RecordingError([_no_sheet(path, "an Excel workbook that is named .csv")])
    lines = read_lines(path, kind="sheet")
    lines = ["" if line.lower().startswith("sep=") else line for line in lines]  # Excel's own first line
    first = next((line for line in lines if line.strip(' ,;\t"') and not line.lstrip(' "').startswith("# ")), None)
    if first is None:
        raise RecordingError([_no_sheet(path, "an empty file")])
    if any("\x00" in line for line in lines):
        raise RecordingError([_no_sheet(path, "bytes that are no text")])
    delimiter = max(",;\t", key=first.count)
    columns: tuple[str, ...] = ()
    rows: dict[int, dict[str, Any]] = {}
    for number, cells in _cells(path, lines, delimiter):
        if not any(cells) or cells[0] == "#" or cells[0].startswith("# "):  # an empty row, or a comment of the template
            continue
        if not columns:
            columns = tuple(fold(cell).replace(" ", "_") for cell in cells)
            columns = columns[: max((place + 1 for place, name in enumerate(columns) if name), default=0)]
            continue
        row = {place: cell for place, cell in enumerate(cells) if cell}
        if any(place >= len(columns) or not columns[place] for place in row):
            found = f"{len(cells)} cells below {len(list(filter(None, columns)))} column names in row {number}"
            raise RecordingError([_no_sheet(path, found)])
        if len(rows) == limit("rows"):
            expected, fix = f"at most {limit('rows')}", "divide the recordings among several subject folders"
            raise RecordingError([too_large(path, f"more than {limit('rows')} rows", expected, fix)])
        rows[number] = {columns[place]: _value(columns[place], cell, delimiter) for place, cell in row.items()}
    return Sheet(path, columns, rows)


def _cells(path: Path, lines: list[str], delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Number and cells of each row. Raises RecordingError where a quote swallows the rows that follow it."""
    table = csv.reader([f"{line}\n" for line in lines], delimiter=delimiter, skipinitialspace=True)
    try:
        for cells in table:
            if any("\n" in cell for cell in cells):
                raise RecordingError(
                    [_no_sheet(path, f"a quote that is not closed in its row, before row {table.line_num}")]
                )
            yield table.line_num, [as_written(cell.strip()) for cell in cells]
    except csv.Error as error:
        raise RecordingError([_no_sheet(path, f"{error} in row {table.line_num}")]) from None


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
