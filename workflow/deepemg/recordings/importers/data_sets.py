"""What importers of published data sets share: whose recording of many is wanted, and rows that look the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from deepemg.joint.definition import load_joint
from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.importers.draft import refusal
from deepemg.recordings.importers.names import angle_score, muscle_of
from deepemg.recordings.importers.sheets import JOINT, Row, counted, listed
from deepemg.recordings.importers.signal_columns import reference_of
from deepemg.recordings.importers.signal_files import is_clock
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.units import canonical

SHOWN = 20  # names of people that are listed


def one_of(people: Sequence[str], person: str | None, source: Path, layout: str) -> str:
    """The name of the one whose recording is wanted. Raises RecordingError where it cannot be told."""
    if not people:
        raise not_the_layout(source, layout)
    if person is None and len(people) == 1:
        return people[0]
    if person in people:
        return str(person)
    found = f"{counted(len(people), 'recording')} ({listed(people, SHOWN)})"
    wanted = "one of them" if person is None else f"one called {person!r}"
    raise refusal(source, found, wanted, f"--person {people[0]}, or --all")


def not_the_layout(source: Path, layout: str) -> RecordingError:
    """The source is not the data set that it was called."""
    return refusal(source, "another layout", layout, "name the folder that holds these, or import with: recording")


def muscle_columns(contents: Contents) -> list[tuple[str, Column, str]]:
    """Muscle, column and reference of every column that is named after one muscle of the joint."""
    joint = load_joint(JOINT)
    found = [(muscle_of(column.name), column, number) for number, column in enumerate(contents.columns)]
    return [
        (muscle, column, reference_of(contents, number))
        for muscle, column, number in found
        if muscle and joint.members(muscle)
    ]


def is_taken(muscle: str, name: str, channels: Sequence[Row]) -> bool:
    """Whether a channel of another name records one of these muscles already."""
    joint = load_joint(JOINT)
    others = [joint.members(row["muscle"]) for row in channels if row["name"] != name]
    return any(set(joint.members(muscle)) & set(members) for members in others)


def elbow_column(contents: Contents) -> str | None:
    """Reference of the elbow's angle: the column so called, or the only one that is no clock; else None."""
    places = [number for number, column in enumerate(contents.columns) if not is_clock(column)]
    scores = {number: angle_score(contents.columns[number].name) for number in places}
    best = [number for number in places if scores[number] == max(scores.values()) and scores[number] >= 2]
    if len(best) == 1 or len(places) == 1:
        return reference_of(contents, (best or places)[0])
    nameless = all(column.name == str(number + 1) for number, column in enumerate(contents.columns))
    return f"#{len(contents.columns)}" if nameless and len(contents.columns) == 2 else None


def emg_unit(column: Column) -> str:
    """The unit that a file says, or `au` where it says none that EMG has."""
    return canonical(column.unit or "", "emg") or "au"


def channel(name: str, column: str, muscle: str, unit: str, rate_hz: float | None, *, hide_deep: bool = False) -> Row:
    """A row of channels.csv of raw EMG; with `hide_deep` what no surface electrode reaches is put aside for scoring."""
    deep = hide_deep and muscle in load_joint(JOINT).deep_muscles
    rate = "" if rate_hz is None else f"{rate_hz:.9g}"
    return {"name": name, "file": "{emg_file}", "column": column, "muscle": muscle, "unit": unit, "kind": "raw",
            "rate_hz": rate, "use": "held_out" if deep else "observed"}  # fmt: skip
