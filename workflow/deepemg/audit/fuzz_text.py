"""A table of text taken apart, so that a mutation knows which rows a reader must give back.

Each column has a range of numbers of its own, and no number twice: a row that is missing, or a value that stands in
another column, can be told from the values alone.
"""

from __future__ import annotations

import gzip
import math
import zipfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
import openpyxl
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

ROWS = 60
LONG = 230  # more than the lines in which a table must begin
EXCEL_DIGITS = 15  # that a number of Excel has
SMALLEST = 1000  # of the numbers that are no times


@dataclass(frozen=True)
class Text:
    """A table: the line of names, the samples as lines, lines above the names, and between them and the samples.

    `is_timed`: a clock or an index tells of a row that is missing, doubled or in another place. `is_counted`: a header
    tells of rows that are missing at the end. `is_beside`: texts that are no samples may stand to the right of them.
    `ends` are the ends of lines, in turn; `packed` is what all is put into.
    """

    names: str | None
    rows: tuple[str, ...]
    delimiter: str = ","
    head: tuple[str, ...] = ()
    below: tuple[str, ...] = ()
    is_timed: bool = False
    is_counted: bool = False
    is_beside: bool = False
    encoding: str = "utf-8"
    ends: tuple[str, ...] = ("\n",)
    packed: str = ""
    suffix: str = ".csv"
    rate_hz: float = 100.0

    @property
    def lines(self) -> tuple[str, ...]:
        """All lines, without their ends."""
        return (*self.head, *(() if self.names is None else (self.names,)), *self.below, *self.rows)

    def split(self, line: str) -> list[str]:
        """Cells of a line."""
        is_blank = self.delimiter == " " or (self.delimiter == "\t" and self.delimiter not in line)
        return line.split() if is_blank else [cell.strip() for cell in line.split(self.delimiter)]

    def join(self, cells: Sequence[str]) -> str:
        """The line of some cells."""
        return self.delimiter.join(cells)

    def encode(self) -> bytes:
        """The file. A letter from U+DC80 on stands for a byte that is none of UTF-8."""
        if self.packed == "xlsx":
            return _workbook([self.split(line) for line in self.lines])
        text = "".join(line + self.ends[place % len(self.ends)] for place, line in enumerate(self.lines))
        content = text.encode(self.encoding, "surrogateescape" if self.encoding.startswith("utf-8") else "replace")
        return gzip.compress(content, 1, mtime=0) if self.packed == "gzip" else content


def _workbook(rows: Sequence[Sequence[str]]) -> bytes:
    """A workbook of one sheet, the same bytes whenever it is made."""
    book, made, same = openpyxl.Workbook(), BytesIO(), BytesIO()
    for number, row in enumerate(rows, start=1):
        book.worksheets[0].append([_excel(cell) for cell in row])
        for cell in book.worksheets[0][number]:
            if str(cell.value).isdigit():
                cell.data_type = "n"  # also where it is more than openpyxl would write as a number
    book.save(made)
    with zipfile.ZipFile(made) as parts, zipfile.ZipFile(same, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in parts.namelist():
            if not name.startswith("docProps"):
                archive.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return same.getvalue()


def _excel(cell: str) -> float | bool | str | None:
    """A cell as Excel holds it: numbers as numbers, and what begins with = as a formula."""
    if cell in ("TRUE", "FALSE"):
        return cell == "TRUE"
    try:
        if cell.isascii() and "_" not in cell:
            return cell if cell.isdigit() and len(cell) > EXCEL_DIGITS else float(cell)
    except ValueError:
        pass
    return ILLEGAL_CHARACTERS_RE.sub("", cell.encode("utf-8", "replace").decode()) or None


def values(column: int, count: int = ROWS) -> list[str]:
    """Numbers of a column in no order: 1000 and more in the first, 2000 in the second; every other one is negative."""
    order = np.random.default_rng(column).permutation(count)
    sign = "-" if column % 2 else ""
    return [f"{sign}{1000 * (column + 1) + place}.{(7 * place) % 90 + 10}" for place in order]


def times(rate_hz: float = 100.0, count: int = ROWS, digits: int = 3, start_s: float = 0.0) -> list[str]:
    """Evenly spaced times in s."""
    return [f"{start_s + place / rate_hz:.{digits}f}" for place in range(count)]


def rows_of(columns: Sequence[Sequence[str]], delimiter: str = ",", *, comma: bool = False) -> tuple[str, ...]:
    """Lines of columns, with points or decimal commas; what a shorter column lacks is blank."""
    count = max(map(len, columns))
    padded = [[*column, *[""] * (count - len(column))] for column in columns]
    lines = (delimiter.join(row) for row in zip(*padded, strict=True))
    return tuple(line.replace(".", ",") if comma else line for line in lines)


def _number(cell: str) -> float:
    """What a cell means; NaN where it is no finite number."""
    text = cell.strip().strip('"').strip()
    try:
        value = float(text.replace(",", ".")) if "_" not in text else math.nan
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan


def lost(text: Text, found: np.ndarray, padding: str = "", *, spare: int = 0) -> str | None:
    """What a reader lost of the column whose numbers it gave, or took from elsewhere; None where all is in its place.

    After its end a column may be blank, or hold what `padding` consists of; `spare` samples before it may be missing,
    which no clock of its own tells. Clocks and indices are passed over.
    """
    rows = [text.split(line) for line in text.rows]
    if text.packed == "xlsx":
        rows = [[ILLEGAL_CHARACTERS_RE.sub("", cell) for cell in row] for row in rows]
    while rows and not any(rows[-1]):
        rows.pop()
    numbers = _numbers(rows, is_beside=text.is_beside, is_ragged=text.packed == "xlsx")
    shared = np.isin(numbers, found[np.abs(found) >= SMALLEST]).sum(axis=0)
    if not shared.any():
        return None
    place = int(np.argmax(shared))
    found = found[max(len(found) - len(rows), 0) :]  # lines above the table may have been read as samples
    beyond = [cell.strip(padding + ' "') for row in rows[len(found) :] for cell in row[place : place + 1]]
    if len(list(filter(None, beyond))) > spare:
        return f"column {place + 1}: {len(found)} samples of {len(rows)} rows"
    off = np.flatnonzero(~np.isclose(found, numbers[: len(found), place], rtol=1e-9, atol=0))
    if len(off):
        return f"column {place + 1}, row {off[0] + 1}: {found[off[0]]} of {text.rows[off[0]]!r}"
    return None


def _numbers(rows: Sequence[Sequence[str]], *, is_beside: bool, is_ragged: bool) -> np.ndarray:
    """Numbers (row, column); NaN where a cell holds none, and throughout a row with more or fewer cells than usual.

    `is_ragged`: blanks at the end of a row are no cells, as in a workbook.
    """
    filled = [max((place + 1 for place, cell in enumerate(row) if cell), default=0) for row in rows]
    width, usual = (Counter(counts).most_common(1)[0][0] if rows else 0 for counts in (filled, map(len, rows)))
    numbers = np.full((len(rows), width), math.nan)
    for place, row in enumerate(rows):
        beyond = [cell for cell in row[width:] if cell.strip('"')]
        is_text = is_beside and all(math.isnan(_number(cell)) for cell in row[width : width + 1])
        if (len(row) >= usual or is_ragged) and (not beyond or is_text):
            own = [_number(cell) for cell in row[:width]]
            numbers[place, : len(own)] = own
    return numbers
