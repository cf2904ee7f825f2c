"""What may befall a table of text: rows, cells, names and lines above it that are lost, doubled, moved or odd."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace

from deepemg.audit.fuzz_text import Text
from deepemg.audit.mutated_bytes import Random, pick

ODD_CELLS = (
    "", " ", "nan", "NaN", "inf", "-inf", "1e999", "-1e999", "1e308", "1e-320", "9" * 400, "1e99999999999", "1_000",
    "0x1F", "1e", "e5", "+", "-", "--1", "1 000", "1.000.000", "3,5", "1,234.5", "12:30", "99:99:99", "2024-02-30",
    "2024-05-01T00:00:00+02:00", "TRUE", "#N/A", "=A1*2", "-0", "\x00", "12\x0034", "\x1a", '"', '"1', "½", "١٢",
    "\udcb5", "µ", "\ufeff", "x" * 300, "_" * 20_000, " " * 20_000 + "x", "(" * 20_000, "None", "[]", "0", "1", "-1",
    "1e5", "0.5",
)  # fmt: skip
HUGE = (
    "9" * 400,
    "1e308",
    "-1e308",
    "1e999",
    "9" * 5000,
    "9" * 50_000,
    "1e300",
    "1e-320",
    "18446744073709551616",
    "-9223372036854775809",
)
OTHER_BYTES = ("\udcb5", "\udce4\udcf6", "\udcff\udcfe", "\udcc3", "\udc80")
DELIMITERS = (",", ";", "\t", " ", "|", ", ")

# Rows and cells; the first and the last row, whose loss nothing can tell, are left alone


def _inner(text: Text, random: Random) -> int:
    return int(random.integers(1, max(len(text.rows) - 1, 2)))


def _with_row(text: Text, place: int, *rows: str) -> Text:
    return replace(text, rows=(*text.rows[:place], *rows, *text.rows[place + 1 :]))


def _row_dropped(text: Text, random: Random) -> Text:
    return _with_row(text, _inner(text, random))


def _row_doubled(text: Text, random: Random) -> Text:
    place = _inner(text, random)
    return _with_row(text, place, text.rows[place], text.rows[place])


def _rows_swapped(text: Text, random: Random) -> Text:
    one, other = _inner(text, random), _inner(text, random)
    other = other if other != one else max(one - 1, 0)
    swapped = _with_row(text, one, text.rows[other])
    return _with_row(swapped, other, text.rows[one])


def _end_lost(text: Text, random: Random) -> Text:
    return replace(text, rows=text.rows[: -int(random.integers(1, max(len(text.rows) - 9, 2)))])


def _in_cells(change: Callable[[list[str], int, Random], list[str]]) -> Callable[[Text, Random], Text]:
    """A mutation of the cells of one row, or of a few."""

    def mutated(text: Text, random: Random) -> Text:
        for _ in range(int(random.choice([1, 1, 1, 4]))):
            place = int(random.integers(len(text.rows)))
            cells = text.split(text.rows[place])
            line = text.join(change(cells, int(random.integers(max(len(cells), 1))), random))
            text = _with_row(text, place, line)
        return text

    return mutated


def _cell_moved(cells: list[str], at: int, random: Random) -> list[str]:
    rest = cells[:at] + cells[at + 1 :]
    to = int(random.integers(len(cells) + 1))
    return rest[:to] + cells[at : at + 1] + rest[to:]


def _cell_shifted(cells: list[str], at: int, random: Random) -> list[str]:
    return [*cells[:at], "", *cells[at:]]


def _comma_in_cells(cells: list[str], at: int, random: Random) -> list[str]:
    return [cell.replace(".", ",") if "." in cell else cell.replace(",", ".") for cell in cells]


def _row_cut(text: Text, random: Random) -> Text:
    place = int(random.integers(len(text.rows)))
    return _with_row(text, place, text.rows[place][: int(random.integers(len(text.rows[place]) + 1))])


def _other_delimiter(text: Text, random: Random) -> Text:
    place = int(random.integers(len(text.rows)))
    return _with_row(text, place, pick(random, DELIMITERS).join(text.split(text.rows[place])))


def _quote_opened(text: Text, random: Random) -> Text:
    place = int(random.integers(len(text.rows)))
    row = text.rows[place]
    at = int(random.integers(len(row) + 1)) if random.random() < 0.5 else row.rfind(text.delimiter) + 1
    return _with_row(text, place, f'{row[:at]}"{row[at:]}')


def _another_encoding(text: Text, random: Random) -> Text:
    place = int(random.integers(len(text.rows)))
    if random.random() < 0.3:
        return _with_row(text, place, text.rows[place].encode("utf-16-le").decode("latin-1"))
    row = text.rows[place]
    at = int(random.integers(len(row) + 1))
    return _with_row(text, place, row[:at] + pick(random, OTHER_BYTES) + row[at:])


ROWS: dict[str, Callable[[Text, Random], Text]] = {
    "row dropped": _row_dropped,
    "row doubled": _row_doubled,
    "rows swapped": _rows_swapped,
    "end lost": _end_lost,
    "row cut": _row_cut,
    "empty row": lambda text, random: _with_row(text, place := _inner(text, random), "", text.rows[place]),
    "cell emptied": _in_cells(lambda cells, at, random: [*cells[:at], "", *cells[at + 1 :]]),
    "cell dropped": _in_cells(lambda cells, at, random: cells[:at] + cells[at + 1 :]),
    "cell doubled": _in_cells(lambda cells, at, random: cells[: at + 1] + cells[at:]),
    "cell moved": _in_cells(_cell_moved),
    "cells shifted": _in_cells(_cell_shifted),
    "odd cell": _in_cells(lambda cells, at, random: [*cells[:at], pick(random, ODD_CELLS), *cells[at + 1 :]]),
    "huge number": _in_cells(lambda cells, at, random: [*cells[:at], pick(random, HUGE), *cells[at + 1 :]]),
    "other decimals": _in_cells(_comma_in_cells),
    "other delimiter": _other_delimiter,
    "quote opened": _quote_opened,
    "NUL": _in_cells(lambda cells, at, random: [*cells[:at], f"\x00{''.join(cells[at : at + 1])}", *cells[at + 1 :]]),
    "another encoding": _another_encoding,
}

# Headers and columns


def _above(text: Text) -> list[str]:
    return [*text.head, *([] if text.names is None else [text.names]), *text.below]


def _with_above(text: Text, lines: Sequence[str]) -> Text:
    return replace(text, head=tuple(lines), names=None, below=())


def _header_dropped(text: Text, random: Random) -> Text:
    lines = _above(text)
    if lines:
        del lines[int(random.integers(len(lines)))]
    return _with_above(text, lines)


def _header_doubled(text: Text, random: Random) -> Text:
    lines = _above(text)
    place = int(random.integers(len(lines) + 1))
    return _with_above(text, lines[:place] + lines[max(place - 1, 0) :])


def _header_swapped(text: Text, random: Random) -> Text:
    lines = _above(text)
    return _with_above(text, [lines[place] for place in random.permutation(len(lines))])


def _header_changed(text: Text, random: Random) -> Text:
    """A word or a number of a line above the samples in another form."""
    lines = _above(text)
    found = [(place, word.span()) for place, line in enumerate(lines) for word in re.finditer(r"[\w.+-]+", line)]
    if found:
        place, (begin, end) = found[int(random.integers(len(found)))]
        word = pick(random, (*ODD_CELLS, *HUGE, lines[place][begin:end] * 2, lines[place][begin:end].upper()))
        lines[place] = lines[place][:begin] + word + lines[place][end:]
    return _with_above(text, lines)


def _columns(change: Callable[[list[str]], list[str]], text: Text, *, samples: bool) -> Text:
    """The same change of the cells of the line of names and, where they move too, of all samples."""
    names = None if text.names is None else text.join(change(text.split(text.names)))
    rows = tuple(text.join(change(text.split(row))) for row in text.rows) if samples else text.rows
    return replace(text, names=names, rows=rows)


def _width(text: Text) -> int:
    return max(len(text.split(text.rows[0])), 2)


def _columns_reordered(text: Text, random: Random) -> Text:
    order = random.permutation(_width(text))
    return _columns(lambda cells: [cells[p] if p < len(cells) else "" for p in order], text, samples=True)


def _column_doubled(text: Text, random: Random) -> Text:
    at = int(random.integers(_width(text)))
    return _columns(lambda cells: cells[: at + 1] + cells[at:], text, samples=True)


def _names_changed(text: Text, random: Random) -> Text:
    at, name = int(random.integers(_width(text))), pick(random, (*ODD_CELLS, "time", "t", "Frame", "bic", "#2"))
    change = pick(random, ("renamed", "dropped", "doubled"))
    if change == "renamed":
        return _columns(lambda cells: [*cells[:at], name, *cells[at + 1 :]], text, samples=False)
    begin = at + 1 if change == "dropped" else at
    end = at if change == "dropped" else at + 1
    return _columns(lambda cells: cells[:end] + cells[begin:], text, samples=False)


def _ends_mixed(text: Text, random: Random) -> Text:
    return replace(text, ends=tuple(pick(random, ("\n", "\r\n", "\r")) for _ in range(7)))


def _delimiters_at_end(text: Text, random: Random) -> Text:
    return replace(text, rows=tuple(row + text.delimiter for row in text.rows))


HEADERS: dict[str, Callable[[Text, Random], Text]] = {
    "header line dropped": _header_dropped,
    "header line doubled": _header_doubled,
    "header lines in another order": _header_swapped,
    "header word changed": _header_changed,
    "columns in another order": _columns_reordered,
    "column doubled": _column_doubled,
    "names changed": _names_changed,
    "ends of lines mixed": _ends_mixed,
    "delimiters at the end": _delimiters_at_end,
}
TEXT = ROWS | HEADERS
MOVED = ("row dropped", "row doubled", "rows swapped")  # what a clock or an index tells
