"""Excel workbooks (.xlsx, .xlsm): the first sheet that holds a table of numbers, by the values that Excel last saved.

As in a table of text, lines may stand above it, and a row of units below its row of names.
"""

from __future__ import annotations

import datetime as dt
import sys
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from deepemg.recordings.clock_names import clock_name
from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.limits import limit, most_unpacked, said, too_large
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import GAP, NUMBER, PROBE
from deepemg.recordings.readers.text import read_bytes, unreadable
from deepemg.recordings.units import UNITS, canonical, unit_in_name

NAME = "xlsx"
MOST_ROWS = 1_048_576  # of a sheet: what Excel can hold
SHEETS = "xl/worksheets/"
LEAST_ROWS = 10  # of a table of samples; a sheet of settings has fewer, and is read only where there is no other
NEAR = 4  # rows above the samples among which names and units are
SHARE = 0.6  # of the rows has a number in each column of numbers: recordings have gaps

Row = Sequence[Any]


@dataclass(frozen=True)
class Table:
    """Rows of a sheet; places (from 0) of its first samples, and of the names and units above, where there are any."""

    rows: Sequence[Row]
    first: int
    names: int | None
    units: int | None


def recognises(head: bytes, path: Path) -> bool:
    """A zip archive that holds a workbook, or one that is broken and named so."""
    if head[:4] != b"PK\x03\x04":
        return False
    try:
        with zipfile.ZipFile(path) as archive:
            return "xl/workbook.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return path.suffix.lower() in (".xlsx", ".xlsm")


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """Columns of the table. A formula counts by its saved value; a column with dates or texts in it is text.

    Raises RecordingError where the file is damaged, or no sheet holds a table of numbers.
    """
    content = read_bytes(path)
    try:
        _check_sizes(path, content)
        table = _first_table(content, head_only)
    except RecordingError:
        raise
    except Exception as error:  # openpyxl trusts what is in the archive, and fails anywhere
        found = error if isinstance(error, OverflowError) else "a damaged workbook"
        raise RecordingError([unreadable(path, found)]) from error
    if table is None:
        expected = "a sheet with a row of names, and rows of numbers below it"
        raise RecordingError([Problem("DE-051", str(path), "no table of numbers", expected, "save that sheet as CSV")])
    _check_beyond(path, table)
    columns = tuple(_columns(table))
    return Contents(path, columns, first_row=table.first + 1, notes=_told(path, table, columns))


def _check_sizes(path: Path, content: bytes) -> None:
    """Raises RecordingError where the sheets of a workbook, or its other parts, unpack to more than they may."""
    with zipfile.ZipFile(BytesIO(content)) as archive:
        sizes = {part.filename: part.file_size for part in archive.infolist()}
    sheets, room = sum(size for name, size in sizes.items() if name.startswith(SHEETS)), most_unpacked(len(content))
    for what, size, most in (
        ("sheets", sheets, min(limit("workbook"), room)),
        ("texts, styles and pictures", sum(sizes.values()) - sheets, min(limit("workbook_rest"), room)),
    ):
        if size > most:
            found, fix = f"{what} of {said(size)}, unpacked", "save the sheet of the signals as CSV"
            raise RecordingError([too_large(path, found, f"at most {said(most)}", fix)])


def _first_table(content: bytes, head_only: bool) -> Table | None:
    import openpyxl  # most files are of other formats

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and forms, which are not read
        book = openpyxl.load_workbook(BytesIO(content), read_only=True, data_only=True)
        small = None
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a sheet says of its size is often wrong
            table = find_table(list(_rows(sheet, PROBE if head_only else MOST_ROWS)))
            if table and len(table.rows) - table.first >= LEAST_ROWS:
                return table
            small = small or table
        return small


def _rows(sheet: Any, most: int) -> Iterator[Row]:
    """Rows up to the last one with a value. Raises OverflowError where there are more cells than a table has."""
    empty: list[Row] = []
    cells = 0
    for row in islice(sheet.iter_rows(values_only=True), most):
        cells += len(row)
        if cells > limit("workbook_cells"):
            raise OverflowError(f"more than {limit('workbook_cells')} cells")
        empty.append(row)
        if any(cell not in (None, "") for cell in row):
            yield from empty
            empty.clear()


def _is_stored_number(cell: Any) -> bool:
    """Whether a cell is no text, no date and no tick, and is a number that a float can be."""
    return isinstance(cell, int | float) and not isinstance(cell, bool) and abs(cell) <= sys.float_info.max


def _is_number(cell: Any) -> bool:
    return _is_stored_number(cell) or (isinstance(cell, str) and bool(NUMBER.match(_with_point(cell))))


def _is_text(cell: Any) -> bool:
    return isinstance(cell, str) and cell.strip().lower() not in GAP and not _is_number(cell)


def _with_point(text: str) -> str:
    """A number that was stored as text with a decimal comma, with a point; other text as it is."""
    pointed = text.strip().replace(",", ".")
    return pointed if NUMBER.match(pointed) else text.strip()


def find_table(rows: Sequence[Row]) -> Table | None:
    """The table in the first rows of a sheet, or None where no column holds numbers."""
    probe = rows[:PROBE]
    filled = [row for row in probe if any(cell is not None for cell in row)]
    last = filled[len(filled) // 2 :] if len(filled) > 8 else filled[-4:]
    width = max((len(row) for row in last), default=0)
    counts = [sum(place < len(row) and _is_number(row[place]) for row in last) for place in range(width)]
    numeric = [place for place, count in enumerate(counts) if count and count >= SHARE * len(last)]
    first = None
    for place in range(len(probe) - 1, -1, -1):
        cells = [probe[place][column] for column in numeric if column < len(probe[place])]
        if 2 * sum(map(_is_number, cells)) >= len(numeric) and not any(map(_is_text, cells)):
            first = place
        elif first is not None and 2 * sum(map(_is_text, cells)) >= len(numeric):
            break
    if first is None or not numeric:
        return None
    above = [place for place in range(first) if _are_samples(probe[place], numeric, least=1.0)]
    first = min(above, default=first)  # what ended the table is then a row of it that is damaged
    while first and _are_samples(probe[first - 1], numeric, least=0.0):
        first -= 1
    names, units = _above(rows, first, numeric)
    between = range(first if names is None else names + 1, first)
    damaged = [place for place in between if place != units and not _are_units(rows[place])]
    return Table(rows, min(damaged, default=first), names, units)


def _are_samples(row: Row, numeric: Sequence[int], *, least: float) -> bool:
    """Whether a row is of samples, though none was expected: a measured number is in it; whole ones may be names.

    At least this share of the columns of numbers must hold a number.
    """
    found = [row[column] for column in numeric if column < len(row) and _is_number(row[column])]
    return len(found) >= least * len(numeric) and any(set(_text(cell)) & set(".-") for cell in found)


def _above(rows: Sequence[Row], first: int, numeric: Sequence[int]) -> tuple[int | None, int | None]:
    """Places of the names and of the units: the nearest rows that have text above half of the columns of numbers."""

    def texts(place: int) -> list[str]:
        row = rows[place]
        return [row[column] for column in numeric if column < len(row) and _is_text(row[column])]

    above = [place for place in range(first - 1, -1, -1) if any(cell is not None for cell in rows[place])][:NEAR]
    above = [place for place in above if 2 * len(texts(place)) >= len(numeric)]
    if len(above) > 1 and _are_units(texts(above[0])):
        return above[1], above[0]
    return (above[0] if above else None), None


def _check_beyond(path: Path, table: Table) -> None:
    """Raises RecordingError where rows have a number right behind the last column with a name: they are shifted."""
    if table.names is None:
        return
    place = max(column for column, cell in enumerate(table.rows[table.names]) if cell is not None) + 1
    body = table.rows[table.first :]
    beyond = [row for row, cells in enumerate(body) if place < len(cells) and _is_number(cells[place])]
    if beyond and len(beyond) < SHARE * len(body):
        where, found = f"{path}, row {table.first + beyond[0] + 1}", f"a number behind the {place} columns with a name"
        fix = "move its cells back, if the row is shifted; else leave a column empty, or give that column a name"
        raise RecordingError([Problem("DE-056", where, found, "as many cells as there are names", fix)])


def _are_units(row: Row) -> bool:
    """Whether a row holds nothing but units."""
    return all(any(canonical(str(cell), quantity) for quantity in UNITS) for cell in row if cell is not None)


def _columns(table: Table) -> Iterator[Column]:
    """Columns with a name or a value; those without a name are called by their number in the sheet."""
    body = table.rows[table.first :]
    for place in range(max(len(row) for row in body)):
        cells = [row[place] if place < len(row) else None for row in body]
        name = _said(table, table.names, place)
        if name or any(cell is not None for cell in cells):
            unit = _said(table, table.units, place) or unit_in_name(name)
            yield Column(name or str(place + 1), _samples(name, cells), unit)


def _said(table: Table, line: int | None, place: int) -> str:
    cell = table.rows[line][place] if line is not None and place < len(table.rows[line]) else None
    return "" if cell is None else " ".join(str(cell).split())


def _samples(name: str, cells: Sequence[Any]) -> Sequence[str] | np.ndarray:
    """Numbers, NaN where a cell is empty. A clock is text, whose last digit tells how times were rounded."""
    if all(cell is None or _is_stored_number(cell) for cell in cells) and not clock_name(name):
        return np.array([np.nan if cell is None else float(cell) for cell in cells])
    return [_text(cell) for cell in cells]


def _text(cell: Any) -> str:
    """A cell as clocks are read: dates and times in ISO form to the millisecond, which is all that Excel gives."""
    if isinstance(cell, dt.datetime | dt.time):
        return cell.isoformat(timespec="milliseconds")
    if isinstance(cell, dt.timedelta):
        return repr(cell.total_seconds())
    return "" if cell is None else _with_point(str(cell))


def _told(path: Path, table: Table, columns: Sequence[Column]) -> tuple[Problem, ...]:
    """A table without names, which is read by the numbers of its columns."""
    if table.names is not None:
        return ()
    shown = f"{columns[0].name} to {columns[-1].name}" if len(columns) > 1 else columns[0].name
    found = f"no row of names; its columns are called {shown}"
    return (Problem("DE-046", str(path), found, "a row of names above the numbers", "nothing, if this is right"),)
