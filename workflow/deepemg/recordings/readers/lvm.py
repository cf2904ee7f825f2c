"""LabVIEW measurement file (.lvm): a header of the file, one of the segment, names and samples.

X values are in a column for all channels, in one for each, or left out; then the header's X0 and Delta_X are the
clock. Operator, project, dates and the comments beside the samples are not read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from deepemg.recordings.contents import Column, Contents, filled
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import Dialect, split_columns
from deepemg.recordings.readers.opensim_storage import finite
from deepemg.recordings.readers.text import decode, read_lines
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import unit_in_name

NAME = "lvm"
FIRST, END = "LabVIEW Measurement", "***End_of_Header***"
SEGMENT_KEYS = {"channels", "samples", "notes", "date", "test_name"}
SEPARATOR = re.compile(r"^Separator([,;\t])\s*(\w*)", re.I)
SHORTEST_S, LONGEST_S = 1e-7, 1e4  # what lies outside is no sampling interval
DECIMALS = 6  # of LabVIEW's numbers
UNCERTAIN = 0.0005  # a rate that Delta_X leaves open by more than this share is told
FIX = "save it again with Write To Measurement File: text (LVM), one header only, one X column"


def recognises(head: bytes, path: Path) -> bool:
    """The first words of the file."""
    return decode(head[:400]).lstrip().startswith(FIRST)


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """Channels and the X values that the file has (s), or the rate (Hz) and start (s) of its header.

    Raises RecordingError where a header is missing, the file holds several segments, or fewer samples than it says.
    """
    lines = read_lines(path, head_only=head_only)
    ends = [place for place, line in enumerate(lines) if line.startswith(END)]
    if len(ends) > 2:
        where, found = f"{path}, row {ends[2] + 1}", "a second segment: the recording paused"
        fix = "save each segment in a file of its own (Write To Measurement File: a new file each time)"
        raise RecordingError([Problem("DE-063", where, found, "one segment", fix)])
    place = next((p for p in range(ends[-1] + 1, len(lines)) if lines[p].strip()), None) if ends else None
    if place is None or not _are_names(lines[place], len(ends)):
        expected = f"{END} twice, and the names of the columns below it"
        raise RecordingError([Problem("DE-051", str(path), "a file that ends within its header", expected, FIX)])
    delimiter = _separator(lines[: ends[0]])
    names = _trimmed(lines[place].split(delimiter))
    comments = fold(names[-1]) == "comment"
    if comments:
        names = _trimmed(names[:-1])
    said = {fold(line.split(delimiter)[0]): line.split(delimiter) for line in lines[: ends[-1]]}
    comma = delimiter != "," and "," in "".join(said.get("decimal_separator", said.get("delta_x", [])))
    cells = split_columns(path, lines, Dialect(delimiter, comma, place, None, place + 1), names, texts_beside=comments)
    counts = [finite(cell) or 0 for cell in said.get("samples", [])[1:]]
    if not head_only and len(cells[0]) < max(counts, default=0):  # more are usual: each call of the writer appends
        found, expected = f"{len(cells[0])} samples", f"{max(counts):.0f} as its header says"
        raise RecordingError([Problem("DE-061", str(path), found, expected, f"{FIX}; it is cut off")])
    columns, notes = _columns(path, names, cells, said)
    return Contents(path, tuple(columns), first_row=place + 2, notes=tuple(notes))


def _trimmed(names: Sequence[str]) -> list[str]:
    """Names without the empty ones at their end."""
    row = [name.strip() for name in names]
    while len(row) > 1 and not row[-1]:
        row.pop()
    return row


def _are_names(line: str, headers: int) -> bool:
    """Whether a line is one of names: LabVIEW's first is X_Value, of who writes one header any but a segment's key."""
    first = fold(re.split(r"[,;\s]", line.strip())[0])
    return first.startswith("x_value") or (headers == 1 and first not in SEGMENT_KEYS and finite(first) is None)


def _separator(header: Sequence[str]) -> str:
    match = next((m for m in map(SEPARATOR.match, header) if m), None)
    word = match[2].lower() if match else "tab"
    return {"tab": "\t", "comma": ","}.get(word, match[1] if match else "\t")


def _of_channels(row: Sequence[str], channels: Sequence[int]) -> dict[int, str]:
    """Cells of a header's row by the place of their column: below each other, or in the order of the channels."""
    cells = [cell.strip() for cell in row[1:]]
    if len(list(filter(None, cells))) == len(channels):
        return dict(zip(channels, filter(None, cells), strict=True))
    return {place + 1: cell for place, cell in enumerate(cells)}


def _columns(
    path: Path, names: Sequence[str], cells: Sequence[Sequence[str]], said: dict[str, list[str]]
) -> tuple[list[Column], list[Problem]]:
    """The columns that hold something to read, and what is to be told of their rates."""
    clocks = [place for place, name in enumerate(names) if fold(name) == "x_value"]
    channels = [place for place in range(len(names)) if place not in clocks]
    units, steps, starts, kinds = (
        _of_channels(said.get(key, []), channels) for key in ("y_unit_label", "delta_x", "x0", "x_dimension")
    )
    clocks = [place for place in clocks if filled(cells[place])]
    if len(clocks) == 1 and len({steps.get(place) for place in channels if filled(cells[place])}) > 1:
        clocks = []  # the X values are those of one channel, and others have another rate
    in_time = all(fold(kind) in ("", "time") for kind in kinds.values())
    columns, notes = [], []
    for place, name in enumerate(names):
        if place in clocks:
            columns.append(Column("X_Value", cells[place], "s" if in_time else None))
        elif place in channels:
            rate, start = None, 0.0
            if not any(clock < place for clock in clocks) and in_time:
                rate, certain = rate_of(steps.get(place, ""))
                start = finite(starts.get(place, "")) or 0.0
                notes += [] if certain else [_rounded(path, name, steps[place])]
            columns.append(Column(name, cells[place], units.get(place) or unit_in_name(name), rate, start))
    return columns, notes


def rate_of(step: str) -> tuple[float | None, bool]:
    """The rate (Hz) that a Delta_X (s) means, and whether its digits leave no doubt of it.

    LabVIEW rounds to six decimals: 0.000333 is 3000 Hz as well as 3003. The one round rate, or power of two, is meant.
    """
    text = step.strip().replace(",", ".")
    size = finite(text)
    if size is None or not SHORTEST_S <= size <= LONGEST_S:
        return None, True
    mantissa, _, exponent = text.lower().partition("e")
    decimals = len(mantissa.partition(".")[2])
    half = 0.5 * 10.0 ** ((finite(exponent) or 0) - decimals)
    if decimals < DECIMALS or half / size <= UNCERTAIN:  # who writes 0.0005 means it
        return 1 / size, True
    low, high = int(1 / (size + half)) + 1, int(1 / max(size - half, half))
    likely = [rate for rate in range(low, min(high, low + 10_000) + 1) if _is_round(rate)]
    return (float(likely[0]), True) if len(likely) == 1 else (1 / size, False)


def _is_round(rate: int) -> bool:
    return len(str(rate).rstrip("0")) <= 2 or (rate >= 64 and rate & (rate - 1) == 0)


def _rounded(path: Path, name: str, step: str) -> Problem:
    found, expected = f"Delta_X {step.strip()}, too few digits for a rate", "X values, or more digits"
    fix = "nothing, if this rate is near enough; else save the X values too (one X column)"
    return Problem("DE-058", f"{path}, column {name}", found, expected, fix)
