"""The joint angle from three markers of motion capture: on the segment above the joint, at the joint, and below it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from deepemg.recordings.contents import Column, Contents, filled
from deepemg.recordings.extract import extract, find_column, matching
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.read import in_convention
from deepemg.recordings.readers.csv import GAP
from deepemg.recordings.signal import Signal
from deepemg.recordings.spelling import listed, nearest, short
from deepemg.recordings.subject import SubjectFolder, TrialRow

AXES = "xyz"
BETWEEN = (" ", "_", ".", ":")  # the name of a marker and its axis
ONE_AXIS = re.compile(r"^(.+)[ _.:]([xyz])$", re.I)
LOST = 1e30  # stands for a missing sample while signals are cut out, where only finite numbers pass
PLACES = "place of each sample in the file"  # a column that is added, so that a lost frame can be named


def angle_from_markers(subject: SubjectFolder, trial: TrialRow) -> Signal:
    """Joint angle of one trial in rad, 0 = extended, from the markers that subject.yaml names.

    It is measured in space, between the directions from the joint to the two other markers; sign and offset_deg of
    subject.yaml are done. Raises RecordingError where a marker is not in the file, or is lost in the trial.
    """
    entry = subject.description["kinematics"]
    path = subject.kinematics_path(trial)
    contents = subject.open(path, entry.get("format"))
    markers = {place: _listed(entry["markers"][place]) for place in ("proximal", "joint", "distal")}
    columns = {name: _columns(contents, name) for names in markers.values() for name in names}
    contents = _prepared(contents, [column for three in columns.values() for column in three])

    def cut(name: str) -> Signal:
        rate_hz, clock = trial.kinematics_rate_hz or entry.get("rate_hz"), subject.description.get("clock")
        return extract(contents, name, rate_hz=rate_hz, part=trial.part, clock=clock)

    signals = {name: [cut(column.name) for column in three] for name, three in columns.items()}
    first = next(iter(signals.values()))[0]
    _check_together(path, [signal for three in signals.values() for signal in three])
    positions = {name: np.stack([signal.values for signal in three], axis=1) for name, three in signals.items()}
    _check_lost(path, positions, cut(PLACES), "row" if contents.first_row > 1 else "frame")
    proximal, joint, distal = (np.mean([positions[name] for name in names], axis=0) for names in markers.values())
    flexion = np.pi - _between(path, proximal - joint, distal - joint)
    convention = {key: entry[key] for key in ("sign", "offset_deg") if key in entry}
    return replace(first, values=in_convention(flexion, convention), unit="rad")


def _listed(names: str | list[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _columns(contents: Contents, name: str) -> list[Column]:
    """The columns x, y and z of a marker. Raises RecordingError where there are none, or several."""
    for between in BETWEEN:
        spelled = [f"{name}{between}{axis}" for axis in AXES]
        if all(matching(contents.columns, column) for column in spelled):
            return [find_column(contents, column) for column in spelled]
    raise RecordingError([_no_marker(contents, name)])


def _no_marker(contents: Contents, name: str) -> Problem:
    ends = [found for column in contents.columns if (found := ONE_AXIS.match(column.name))]
    known = list(dict.fromkeys(found[1] for found in ends if found[2].lower() == "x"))
    return Problem(
        "DE-041",
        str(contents.path),
        f"markers {listed(known)}" if known else "no markers (columns named x, y and z behind a name)",
        f"a marker {short(name)}",
        f"{nearest(name, known)}correct kinematics: markers in subject.yaml, or name a column with the angle instead",
    )


def _prepared(contents: Contents, columns: Sequence[Column]) -> Contents:
    """The file with its gaps marked in some columns, and with a column of the places of the samples beside them."""
    count = max(len(filled(column.cells)) for column in columns)
    marked: dict[Column, list[Column]] = {c: [replace(c, cells=_marked(c.cells[:count]))] for c in columns}
    first = columns[0]
    begin = contents.first_row if contents.first_row > 1 else 1 + round(first.start_s * (first.rate_hz or 0))
    marked[first].append(replace(first, name=PLACES, cells=begin + np.arange(count), source=None))
    return replace(contents, columns=tuple(new for old in contents.columns for new in marked.get(old, [old])))


def _marked(cells: Any) -> Any:
    if isinstance(cells, np.ndarray):
        return np.nan_to_num(cells.astype(float), nan=LOST, posinf=LOST, neginf=LOST)
    return [str(LOST) if cell.strip().lower() in GAP else cell for cell in cells]


def _check_together(path: Path, signals: Sequence[Signal]) -> None:
    """Raises RecordingError where the markers were not sampled together."""
    clocks = {(len(signal.values), signal.rate_hz, signal.start_s) for signal in signals}
    if len(clocks) > 1:
        found = " and ".join(
            f"{count} samples at {rate:g} Hz from {start:g} s" for count, rate, start in sorted(clocks)
        )
        fix = "export the markers together again"
        raise RecordingError([Problem("DE-083", str(path), found, "as many samples of each marker", fix)])


def _check_lost(path: Path, positions: dict[str, np.ndarray], places: Signal, word: str) -> None:
    """Raises RecordingError naming each marker that is lost (not a number, or exactly 0, 0, 0) in the trial."""
    problems = []
    for name, position in positions.items():
        at_zero = (position == 0).all(axis=1)
        at_zero &= not at_zero.all()  # a marker that never leaves 0, 0, 0 is the origin of the frame, and not lost
        lost = np.flatnonzero((position == LOST).any(axis=1) | at_zero)
        if len(lost):
            at_s = places.time_s[lost[0]]
            found = f"{len(lost)} frames without it, the first in {word} {places.values[lost[0]]:.0f} ({at_s:.4g} s)"
            fix = "fill the gap in the recorder's program, or cut it out with start_s and end_s in trials.csv"
            problems.append(Problem("DE-083", f"{path}, marker {name}", found, "a marker in each frame", fix))
    if problems:
        raise RecordingError(problems)


def _between(path: Path, one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """Angle (T,) in rad between directions (T, 3). Raises RecordingError where one of them has no length."""
    across = np.linalg.norm(np.cross(one, other), axis=1)
    along = (one * other).sum(axis=1)
    if not (np.hypot(across, along) > 0).all():
        fix = "name three different markers under kinematics: markers in subject.yaml"
        found = "a marker at the place of the joint's"
        raise RecordingError([Problem("DE-083", str(path), found, "three markers at three places", fix)])
    return np.asarray(np.arctan2(across, along))
