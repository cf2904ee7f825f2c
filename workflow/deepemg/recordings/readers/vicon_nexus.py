"""Vicon Nexus ASCII export: blocks (Devices, Trajectories, Joints, Model Outputs), each with its rate and length.

A block is its title, its rate, a row of devices or markers, `Frame,Sub Frame,...`, units and samples. Frame and sub
frame are the clock. What stands before a colon in a name is most often a person's name, and a block of events holds
one too: neither is kept. `Contents.first_row` is that of the first block; rows that `extract` names in a later block
are counted from there, as if it began at the same row.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import Dialect, split, split_columns
from deepemg.recordings.readers.opensim_storage import decimal_comma, finite
from deepemg.recordings.readers.text import decode, read_lines
from deepemg.recordings.readers.trigno_discover import carried
from deepemg.recordings.spelling import fold

NAME = "vicon_nexus"
HEADER = re.compile(r'^"?Frame"?[ ]*([,;\t])[ ]*"?Sub ?Frame', re.I | re.M)
TITLE = re.compile(r'^"?[A-Za-z][^,;\t]*[,;\t\s]*$')
TITLES = {"devices", "trajectories", "joints", "model outputs", "segments"}
QUANTITY = re.compile(r" - (Voltage|Electric Potential)$", re.I)
SLOWEST_HZ, FASTEST_HZ = 0.1, 1e6  # what lies outside is no rate
LAST_FRAME = 1e9  # a larger number is none of a frame
ROWS_OF_HEAD = 200  # of each block, where the top alone is wanted
FIX = "export the trial again in Nexus: Pipeline, File IO, Export ASCII"


@dataclass(frozen=True, eq=False)
class Block:
    """A block's title, rate (Hz), line of its first sample (from 0), columns, and frame and sub frame of each row."""

    title: str
    rate_hz: float
    first_line: int
    columns: tuple[Column, ...]
    frames: np.ndarray
    subs: np.ndarray

    @property
    def per_frame(self) -> int:
        """Samples in a frame."""
        return int(np.ptp(self.subs)) + 1 if len(self.subs) else 1


def recognises(head: bytes, path: Path) -> bool:
    """The row of names of a block."""
    return bool(HEADER.search(decode(head).replace("\r", "\n")))


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """The columns of all blocks: `RELB x` of markers, a channel's name of devices, each at its rate, from frame 1 on.

    Raises RecordingError where a block's header is broken, or a frame or sub frame is missing or doubled.
    """
    lines = read_lines(path)  # also for the top: later blocks have columns too
    places = [place for place, line in enumerate(lines) if HEADER.match(line)]
    titled = {place for place in range(len(lines)) if _is_title(lines, place)}
    lost = [p for p in titled - {place - 3 for place in places} if _title(lines[p]) in TITLES]
    if lost or not places:
        where = f"{path}, row {min(lost) + 1}" if lost else str(path)
        raise RecordingError([_broken(where, "no row Frame, Sub Frame three rows below the title of a block")])
    ends = [min((p for p in titled if p > place), default=len(lines)) for place in places]
    last = ROWS_OF_HEAD if head_only else len(lines)
    blocks = [_block(path, lines[: min(end, place + last)], place) for place, end in zip(places, ends, strict=True)]
    cameras = next((block.rate_hz for block in blocks if block.per_frame == 1 and block.title != "devices"), None)
    columns = [column for block in blocks for column in _timed(path, block, cameras)]
    return Contents(path, tuple(columns), first_row=blocks[0].first_line + 1)


def _title(line: str) -> str:
    return fold(line.strip(',;\t "'))


def _is_title(lines: Sequence[str], place: int) -> bool:
    """A word alone, known or above a rate; Events are such a block too, without frames."""
    if not TITLE.match(lines[place]):
        return False
    below = lines[place + 1].strip(',;\t "') if place + 1 < len(lines) else ""
    return _title(lines[place]) in TITLES or finite(below) is not None


def _block(path: Path, lines: Sequence[str], place: int) -> Block:
    """The block whose row of names is at a place (from 0); the lines end where it ends."""
    match = HEADER.match(lines[place])
    delimiter = match[1] if match else ","
    names, rate = split(lines[place], delimiter), None
    if place >= 2:
        rate = finite(next((cell for cell in split(lines[place - 2], delimiter) if cell), ""))
    if rate is None or not SLOWEST_HZ <= rate <= FASTEST_HZ:
        raise RecordingError([_broken(f"{path}, row {max(place - 1, 1)}", "no rate two rows above Frame, Sub Frame")])
    while len(names) > 2 and not names[-1]:
        names.pop()
    below = split(lines[place + 1], delimiter) if place + 1 < len(lines) else []
    has_units = bool(below) and finite(below[0]) is None
    units = [*(below if has_units else []), *[""] * len(names)]
    first = place + 1 + has_units
    comma = decimal_comma(lines[first:], delimiter)
    cells = split_columns(path, lines, Dialect(delimiter, comma, place, None, first), names)
    title = _title(lines[place - 3]) if place >= 3 else ""
    objects = [_anonymous(name) for name in carried(split(lines[place - 1], delimiter), len(names))]
    columns = []
    for number, name in enumerate(names):
        device = title == "devices" and number > 1
        own = name if device or number < 2 else f"{objects[number]} {name.lower()}".strip()
        source = QUANTITY.sub("", objects[number]) or None if device else None
        columns.append(Column(own, cells[number], units[number] or None, rate, 0.0, source))
    frames, subs = (_counted(path, cells[number], first, name) for number, name in ((0, "Frame"), (1, "Sub Frame")))
    return Block(title, rate, first, tuple(columns), frames, subs)


def _anonymous(name: str) -> str:
    """A name without what stands before its colon."""
    return name.rpartition(":")[2].strip()


def _counted(path: Path, cells: Sequence[str], first: int, name: str) -> np.ndarray:
    """Numbers of frames. Raises RecordingError at the first cell that is none."""
    numbers = pd.to_numeric(pd.Series(list(cells), dtype=str), errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~(np.abs(numbers) < LAST_FRAME))
    if len(bad):
        where = f"{path}, row {first + int(bad[0]) + 1}, column {name}"
        raise RecordingError([Problem("DE-052", where, "no number of a frame", "a number in each cell", FIX)])
    return numbers


def _timed(path: Path, block: Block, cameras: float | None) -> list[Column]:
    """Columns of a block with their start (s). `cameras` is the rate (Hz) of frames where another block says it."""
    per_frame = max(block.per_frame, round(block.rate_hz / cameras) if cameras else 1)
    steps = np.diff(block.frames * per_frame + block.subs)
    off = np.flatnonzero(steps != 1)
    if len(off):
        place = int(off[0])
        before, after = (f"{block.frames[p]:g}, {block.subs[p]:g}" for p in (place, place + 1))
        where = f"{path}, row {block.first_line + place + 2}, columns Frame and Sub Frame"
        expected, fix = "one sub frame more in each row", f"{FIX}, without gaps"
        raise RecordingError([Problem("DE-055", where, f"{before}, then {after}", expected, fix)])
    start = 0.0
    if len(block.frames):
        frame_rate = cameras or block.rate_hz / per_frame
        start = (block.frames[0] - 1) / frame_rate + (block.subs[0] - block.subs.min()) / block.rate_hz
    return [replace(column, start_s=float(start)) for column in block.columns]


def _broken(where: str, found: str) -> Problem:
    return Problem("DE-051", where, found, "title, rate, names, Frame, Sub Frame and units in each block", FIX)
