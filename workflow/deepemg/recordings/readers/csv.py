"""A table as text: the dialect (delimiter, decimal comma, encoding, lines above the table) is found, not declared.

Every row's cells are counted: a comma that separates columns and decimals alike, or a row cut short, is a fault with
its row, never a shifted column.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.text import read_lines
from deepemg.recordings.units import UNITS, canonical, unit_in_name

NAME = "csv"
DELIMITERS = ("\t", ";", ",", " ")  # " ": any run of blanks
PROBE = 200  # lines at the top in which the table must begin
NUMBER = re.compile(r"^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$", re.I)
MEASURED = re.compile("[.,-]|^[a-z#]", re.I)  # a number that is no name, or a word that stands for a gap
GAP = {"", "nan", "inf", "-inf", "na", "n/a", "null", "none", "-", "#n/a", "#div/0!"}


@dataclass(frozen=True)
class Dialect:
    """How a table is written, and where its samples begin (places of lines, from 0)."""

    delimiter: str
    decimal_comma: bool
    names_line: int | None
    units_line: int | None
    first_line: int


def recognises(head: bytes, path: Path) -> bool:
    """Any text may be a table; this reader is asked last."""
    return b"\x00" not in head or head[:2] in (b"\xff\xfe", b"\xfe\xff") or head[1:200:2].count(0) > 40


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """Columns of the table. Raises RecordingError where it is none, or its rows do not all have the same cells."""
    lines = read_lines(path, head_only=head_only)
    dialect = find_dialect(lines)
    if dialect is None:
        raise RecordingError([_no_table(path, lines)])
    names, units = names_of(lines, dialect)
    columns = split_columns(path, lines, dialect, names)
    return Contents(
        path,
        tuple(
            Column(name, cells, unit=unit or unit_in_name(name))
            for name, cells, unit in zip(names, columns, units, strict=True)
        ),
        first_row=dialect.first_line + 1,
        notes=_told(path, dialect, names),
    )


def split(line: str, delimiter: str) -> list[str]:
    """Cells of one line."""
    if delimiter == " ":
        return line.split()
    if '"' in line:
        try:
            return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter, skipinitialspace=True), [])]
        except csv.Error:  # a cell beyond all measure: no table has it
            pass
    return [cell.strip() for cell in line.split(delimiter)]


def _is_number(cell: str, decimal_comma: bool) -> bool:
    if decimal_comma:
        if "." in cell:
            return False
        cell = cell.replace(",", ".", 1)
    return bool(NUMBER.match(cell))


def find_dialect(lines: Sequence[str]) -> Dialect | None:
    """The dialect in which the most columns of the first lines hold numbers, or None where none does."""
    best: tuple[int, Dialect] | None = None
    for delimiter in DELIMITERS:
        cells = [split(line, delimiter) for line in lines[:PROBE]]
        quoted = any('"' in line for line in lines[:PROBE])  # a decimal comma in quotes separates nothing
        for decimal_comma in (False, True) if delimiter != "," or quoted else (False,):
            found = _table_in(cells, decimal_comma)
            if found is None:
                continue
            first, numeric = found
            names_line, units_line = _names_above(cells, first)
            if best is None or numeric > best[0]:
                best = numeric, Dialect(delimiter, decimal_comma, names_line, units_line, first)
    if best is not None:
        return best[1]
    filled = [place for place, line in enumerate(lines) if line.strip()]
    if len(filled) != 1:
        return None
    delimiter = max(DELIMITERS[:3], key=lines[filled[0]].count)  # names without a sample
    return Dialect(delimiter, False, filled[0], None, len(lines))


def _table_in(cells: Sequence[Sequence[str]], decimal_comma: bool) -> tuple[int, int] | None:
    """The first line of the numbers, and in how many columns they stand."""
    width, numeric = _columns_of_numbers(cells, decimal_comma)
    if not numeric:
        return None

    def fits(row: Sequence[str]) -> bool:
        good = sum(place < len(row) and _is_number(row[place], decimal_comma) for place in numeric)
        return good >= max(1, (len(numeric) + 1) // 2)

    first = len(cells)
    misses = 0
    for place in range(len(cells) - 1, -1, -1):
        if fits(cells[place]):
            first, misses = place, 0
        elif first < len(cells) and _is_text(cells[place], numeric):
            break  # names: what is above belongs to no table
        elif (misses := misses + 1) > 2 and first < len(cells):
            break
    if first == len(cells):
        return None
    above = [place for place in range(first) if _are_samples(cells[place], numeric, width)]
    if above:  # what ended the table is a row of it that is damaged
        return above[0], len(numeric)
    while first and _is_damaged(cells[first - 1], numeric, width):
        first -= 1
    while first + 1 < len(cells) and not _belongs(cells, first, width):
        first += 1
    return first, len(numeric)


def _columns_of_numbers(cells: Sequence[Sequence[str]], decimal_comma: bool) -> tuple[int, list[int]]:
    """How many cells the last of some lines have, and in which places most of them hold a number."""
    last = cells[len(cells) // 2 :] if len(cells) > 8 else cells[-min(len(cells), 4) :]
    rows = [row for row in last if any(row)]
    width = usual(map(len, rows)) if rows else 0
    counts = [sum(_is_number(row[place], decimal_comma) for row in rows if place < len(row)) for place in range(width)]
    return width, [place for place, count in enumerate(counts) if count >= 0.6 * len(rows)]


def usual(counts: Iterable[int]) -> int:
    """The most common of some numbers."""
    return Counter(counts).most_common(1)[0][0]


def _are_samples(row: Sequence[str], numeric: Sequence[int], width: int) -> bool:
    """Whether a row is of samples though none was expected there: numbers in all columns of numbers, or gaps.

    Whole numbers without a sign may be names. A point or a comma makes a number measured, whichever the table has.
    """
    good = _values(row, numeric, width)
    return len(good) == len(numeric) and any(map(MEASURED.search, good))


def _is_damaged(row: Sequence[str], numeric: Sequence[int], width: int) -> bool:
    """Whether a row is a damaged one of samples: a number or a gap is in it, or not one letter, as in no names."""
    if _are_units(row):
        return False
    wordless = len(row) == width and any(row) and not any(letter.isalpha() for cell in row for letter in cell)
    return wordless or any(map(MEASURED.search, _values(row, numeric, width)))


def _values(row: Sequence[str], numeric: Sequence[int], width: int) -> list[str]:
    """The numbers and the words for gaps in the columns of numbers; none where a row has more or fewer cells."""
    own = [row[place] for place in numeric] if len(row) == width else []
    return [cell for cell in own if NUMBER.match(cell.replace(",", ".", 1)) or (cell and cell.lower() in GAP)]


def _is_text(row: Sequence[str], numeric: Sequence[int]) -> bool:
    """Whether a row has letters in every column of numbers: names have, and a row with a bad cell has not."""
    own = [row[place] for place in numeric if place < len(row) and row[place].lower() not in GAP]
    return len(own) == len(numeric) and all(any(letter.isalpha() for letter in cell) for cell in own)


def _belongs(cells: Sequence[Sequence[str]], place: int, width: int) -> bool:
    """Whether a line of numbers is of the table, and not a line above it that holds numbers too (`Rate:, 2000`)."""
    following = cells[place : place + 3]
    return any(len(row) == len(cells[place]) for row in following[1:]) or len(cells[place]) >= width


def _names_above(cells: Sequence[Sequence[str]], first: int) -> tuple[int | None, int | None]:
    """Lines of the names and of the units above the first line of numbers."""
    width = len(cells[first])
    above = [place for place in range(first - 1, -1, -1) if any(cells[place])]
    if not above:
        return None, None
    nearest = above[0]
    if len(above) > 1 and _are_units(cells[nearest]) and abs(len(cells[above[1]]) - width) <= 1:
        return above[1], nearest
    return nearest, None


def _are_units(row: Sequence[str]) -> bool:
    filled = [cell for cell in row if cell]
    known = [cell for cell in filled if any(canonical(cell, quantity) for quantity in UNITS)]
    return bool(filled) and len(known) == len(filled)


def names_of(lines: Sequence[str], dialect: Dialect) -> tuple[list[str], list[str | None]]:
    """Names of the columns, and their units where a line gives them; columns without names are called 1, 2, ..."""
    if dialect.names_line is None:
        count = len(split(lines[dialect.first_line], dialect.delimiter))
        return [str(place + 1) for place in range(count)], [None] * count
    names = split(lines[dialect.names_line], dialect.delimiter)
    while len(names) > 1 and not names[-1]:
        names.pop()
    units: list[str | None] = [None] * len(names)
    if dialect.units_line is not None:
        for place, unit in enumerate(split(lines[dialect.units_line], dialect.delimiter)[: len(names)]):
            units[place] = unit or None
    return names, units


def split_columns(
    path: Path, lines: Sequence[str], dialect: Dialect, names: Sequence[str], *, texts_beside: bool = False
) -> list[Sequence[str]]:
    """Cells of each column. Raises RecordingError at the first row with more or fewer cells than there are names.

    Where blank cells follow all rows, they must follow each. `texts_beside`: texts may stand to the right of a row.
    """
    body, delimiter, first = lines[dialect.first_line :], dialect.delimiter, dialect.first_line
    end = len(body)
    while end and not body[end - 1].strip(" \t;,"):
        end -= 1
    body = body[:end]
    quoted = delimiter != " " and any('"' in line for line in body)
    rows = [split(line, delimiter) for line in body] if quoted or delimiter == " " else [
        line.split(delimiter) for line in body
    ]  # fmt: skip
    count = len(names)
    plain = [len(row) for row in rows if not any(cell.strip() for cell in row[count:])]
    least = max(count, usual(plain)) if plain else count
    for place, row in enumerate(rows):
        beyond = [cell.strip() for cell in row[count:]]
        too_many = NUMBER.match(beyond[0].replace(",", ".")) if texts_beside and beyond else any(beyond)
        if len(row) < least or too_many:
            raise RecordingError([_wrong_cells(path, first + place + 1, row, least, names, dialect)])
    columns: list[Sequence[str]] = [list(column) for column in zip(*(row[:count] for row in rows), strict=True)]
    columns = columns or [[] for _ in names]
    if dialect.decimal_comma:
        columns = [[cell.replace(",", ".", 1) if "." not in cell else cell + "," for cell in c] for c in columns]
    return columns


def _wrong_cells(
    path: Path, row: int, cells: Sequence[str], least: int, names: Sequence[str], dialect: Dialect
) -> Problem:
    if not any(cell.strip() for cell in cells):
        found, fix = "an empty row between samples", "export the file again without gaps"
    else:
        found = f"{len(cells)} cells below {len(names)} column names"
        found += f", where other rows have {least}" if len(names) <= len(cells) < least else ""
        fix = "export the file again with a name for each column; was it cut off here?"
        if len(cells) > len(names):
            fix = "export with decimal points, or separate columns by semicolons or tabs; each column needs a name"
    where = {"\t": "tabs", ";": "semicolons", ",": "commas", " ": "blanks"}[dialect.delimiter]
    return Problem("DE-056", f"{path}, row {row}", found, f"{len(names)} cells, separated by {where}", fix)


def _no_table(path: Path, lines: Sequence[str]) -> Problem:
    found = f"no table of numbers in {len(lines)} lines" if any(line.strip() for line in lines) else "an empty file"
    return Problem("DE-051", str(path), found, "a row of names, and rows of numbers below it", "export it again as CSV")


def _told(path: Path, dialect: Dialect, names: Sequence[str]) -> tuple[Problem, ...]:
    """A table without names, which is read by the numbers of its columns."""
    if dialect.names_line is not None:
        return ()
    shown = f"1 to {len(names)}" if len(names) > 1 else "1"
    found = f"no row of names; its columns are called {shown}"
    return (Problem("DE-046", str(path), found, "a row of names above the numbers", "nothing, if this is right"),)
