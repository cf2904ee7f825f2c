"""The signal files that a subject folder names: are they there, with the columns and units that it declares?"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Formatter
from typing import Any

from deepemg.recordings.checks.folders import TEXTS
from deepemg.recordings.contents import Contents
from deepemg.recordings.extract import find_column
from deepemg.recordings.places import fault_of_place
from deepemg.recordings.problems import Problem, RecordingError, place_in_files
from deepemg.recordings.spelling import cut, names_in, nearest, short
from deepemg.recordings.subject import SubjectFolder
from deepemg.recordings.units import same_unit


@dataclass(frozen=True)
class _Need:
    """A column that the study will read: what it is for, in which file, with which unit."""

    label: str
    path: Path
    column: str
    unit: str
    declared: str | None = None
    turn: tuple[int, int] | None = None


def _needs(subject: SubjectFolder) -> Iterator[_Need]:
    kinematics, torque = subject.description["kinematics"], subject.description.get("torque")
    for trial in subject.trials:
        for channel in subject.channels:
            if subject.records(channel, trial):
                yield _Need(
                    f"channel {channel.name}",
                    subject.emg_path(channel, trial),
                    channel.column,
                    trial.emg_unit or channel.unit,
                    trial.emg_format or channel.format,
                    subject.turn(channel),
                )
        if trial.has_angle and "markers" not in kinematics:
            yield _need("kinematics", subject.kinematics_path(trial), kinematics)
            if "velocity" in kinematics:
                entry = kinematics["velocity"]
                yield _need("velocity", subject.kinematics_path(trial, entry), entry)
        if trial.torque_file and torque is not None:
            yield _need("torque", subject.torque_path(trial), torque)


def _need(label: str, path: Path, entry: dict[str, Any]) -> _Need:
    return _Need(label, path, entry["column"], entry["unit"], entry.get("format"))


def check_patterns(subject: SubjectFolder) -> Iterator[Problem]:
    """File patterns with other names in braces than those that a trial has."""
    described = subject.folder / "subject.yaml"
    patterns = [
        (subject.folder / "channels.csv", f"file of {channel.name}", channel.file, ("trial", "emg_file"))
        for channel in subject.channels
    ] + [
        (described, f"{block}.file", subject.description.get(block, {}).get("file", ""), ("trial", f"{block}_file"))
        for block in ("kinematics", "torque")
    ]
    velocity = subject.description["kinematics"].get("velocity", {}).get("file", "")
    patterns.append((described, "kinematics.velocity.file", velocity, ("trial", "kinematics_file")))
    for path, label, pattern, names in patterns:
        if not _is_pattern(pattern, names):
            allowed = " and ".join(f"{{{name}}}" for name in names)
            yield Problem("DE-025", f"{path}, {label}", short(pattern), f"a pattern of {allowed}", "correct the braces")


def _is_pattern(pattern: str, names: tuple[str, ...]) -> bool:
    """Whether nothing but these names stands in a pattern's braces: no attribute, and no width of a gigabyte."""
    try:
        fields = [field for _, *field in Formatter().parse(pattern) if field[0] is not None]
    except ValueError:
        return False
    return all(name in names and not spec and conversion is None for name, spec, conversion in fields)


def check_places(subject: SubjectFolder) -> Iterator[Problem]:
    """Files that the texts name and that are not to be opened, for they lie elsewhere."""
    files = [*subject.files("observed"), *subject.files("held_out"), *subject.joint_files()]
    for path in dict.fromkeys(files):
        if fault := fault_of_place(path, subject.places):
            yield fault


def check_files(subject: SubjectFolder) -> Iterator[Problem]:
    """One line per missing file; a column or unit that is wrong in many files is one line that counts them."""
    needs = list(_needs(subject))
    heads: dict[tuple[Path, str | None], Contents] = {}
    for path, declared in dict.fromkeys((need.path, need.declared) for need in needs):
        if not os.path.isfile(path):  # False also for a name that no file can have, at which `is_file` raises an error
            yield _missing_file(path)
            continue
        try:
            heads[path, declared] = subject.open(path, declared, head_only=True)
        except RecordingError as error:
            yield from error.problems
    faults: dict[tuple[str, ...], list[tuple[_Need, Problem]]] = {}
    for need in needs:
        contents = heads.get((need.path, need.declared))
        if contents is None:
            continue
        try:
            column = find_column(contents, need.column, need.turn)
        except RecordingError as error:
            (problem,) = error.problems
            faults.setdefault((problem.id, need.label, need.column), []).append((need, problem))
            continue
        if column.unit is not None and not same_unit(column.unit, need.unit):
            fix = f"write {cut(column.unit)} as unit, or correct the column"
            problem = Problem("DE-042", "", f"unit {cut(column.unit)} in it", f"{need.unit} as declared", fix)
            faults.setdefault((problem.id, need.label, need.column), []).append((need, problem))
    for found in faults.values():
        place = place_in_files([need.path for need, _ in found], found[0][0].label)
        first = found[0][1]
        yield Problem(first.id, place, first.found, first.expected, first.fix, (found[0][0].label,))


def _missing_file(path: Path) -> Problem:
    is_there = os.path.isdir(path.parent)
    likely = nearest(path.name, [name for name in names_in(path.parent) if name not in TEXTS])
    found = "no such file" if is_there else f"no folder {path.parent.name}"
    return Problem(
        "DE-040",
        str(path.parent / cut(path.name)),
        "a folder" if os.path.isdir(path) else found,
        "the signal file that channels.csv and trials.csv name",
        f"{likely}correct the name, or add the file",
    )
