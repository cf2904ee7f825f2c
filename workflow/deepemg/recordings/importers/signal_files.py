"""The signal files of a recording: which they are, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deepemg.recordings.clock_names import INDEX, clock_name
from deepemg.recordings.clocks import clock_of
from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.extract import matching
from deepemg.recordings.importers.draft import TEXTS
from deepemg.recordings.importers.names import natural, says, words
from deepemg.recordings.importers.signal_columns import Found, classified
from deepemg.recordings.places import is_inside
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import format_of, open_file
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import canonical

FEWEST = 20  # samples; a table with fewer rows holds no signal
AXIS = re.compile(r"^(.*?)[ _.:]?[xX]$")


@dataclass(frozen=True, eq=False)
class SignalFile:
    """A file of signals by its place below the source. `single`: it holds one signal, which it is named after."""

    path: Path
    place: Path
    single: bool
    columns: tuple[Found, ...]
    markers: tuple[str, ...]

    def of(self, role: str) -> list[Found]:
        return [column for column in self.columns if column.role == role]


def scan(source: Path, declared: str | None) -> tuple[list[SignalFile], list[str], set[str]]:
    """Files of signals, places of those that are none, and the formats of files that are not the declared one.

    Files that are about a person are not opened, and no content is told of what is none.
    """
    paths = [source] if source.is_file() else sorted(source.rglob("*"), key=lambda path: natural(str(path)))
    files, passed, formats = [], [], set()
    for path in paths:
        place = Path(path.name) if path == source else path.relative_to(source)
        if (
            not path.is_file()
            or not is_inside(path, [source])
            or path.name in TEXTS
            or any(part.startswith(".") for part in place.parts)
        ):
            continue
        if says(path.stem, words()["about_people"]):
            passed.append(str(place))
            continue
        try:
            known = format_of(path)
            contents = open_file(path, head_only=True)
        except RecordingError:
            passed.append(str(place))
            continue
        if declared and known != declared:
            formats.add(known)
            continue
        file = classify(contents, place)
        if file is None:
            passed.append(str(place))
        else:
            files.append(file)
    return files, passed, formats


def classify(contents: Contents, place: Path) -> SignalFile | None:
    """What the columns of a file are; None where nothing in it is of an elbow or a muscle."""
    if max((len(column.cells) for column in contents.columns), default=0) < FEWEST:
        return None
    markers = tuple(_markers(contents))
    between = ("", *" _.:")
    coordinates = {fold(f"{marker}{mark}{axis}") for marker in markers for mark in between for axis in "xyz"}
    values = [
        number
        for number, column in enumerate(contents.columns)
        if not is_clock(column) and fold(column.name) not in coordinates
    ]
    vector = [fold(contents.columns[number].name) for number in values] == ["x", "y", "z"]
    single = len(values) == 1 or vector
    columns = tuple(classified(contents, number, place if single else None) for number in values)
    useful = markers or vector or any(column.role != "other" for column in columns) or single
    return SignalFile(contents.path, place, single, columns, markers) if useful else None


def is_clock(column: Column) -> bool:
    """Whether a column counts time or samples, by its name or unit."""
    by_name = clock_name(column.name) is not None or fold(column.name) in INDEX
    return by_name or canonical(column.unit or "", "time") is not None


def _markers(contents: Contents) -> Iterator[str]:
    """Names of which a file has three coordinates in a unit of length."""
    names = {fold(column.name) for column in contents.columns}
    for column in contents.columns:
        found = AXIS.match(column.name)
        if not found or not found[1] or canonical(column.unit or "", "length") is None:
            continue
        if all(fold(column.name[:-1] + axis) in names for axis in "yz"):
            yield found[1]


def rate_of(file: SignalFile, reference: str) -> float | None:
    """Sampling rate (Hz) of a column: what the header says, or the file's clock; None where neither does."""
    contents = open_file(file.path)
    column = matching(contents.columns, reference)[0]
    if column.rate_hz is not None:
        return column.rate_hz
    try:
        clock = clock_of(contents, column, nominal_hz=None)
    except RecordingError:
        return None
    if clock is None:
        return None
    whole = round(clock.rate_hz)
    return float(whole if abs(clock.rate_hz - whole) < 5e-4 * whole else f"{clock.rate_hz:.6g}")
