"""Check subject folders before anything runs: every problem at once, nothing read but text files and headers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from deepemg.arm.definition import available_arms
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers import READERS
from deepemg.recordings.signal import Header
from deepemg.recordings.subject import Subject, read_subject, read_table, records, with_numbers

SCHEMAS = Path(__file__).parent / "schemas"


def find_subjects(data: Path) -> tuple[Path, ...]:
    """Folders below `data` that hold a subject.yaml, in alphabetical order."""
    return tuple(sorted(path.parent for path in data.glob("*/subject.yaml")))


def check_folder(folder: Path, recordings: Path | None = None) -> list[Problem]:
    """Every problem of a subject folder: text files against their schemas, then names, units, files and columns."""
    problems = list(_missing_files(folder))
    if problems:
        return problems
    problems += _check_description(folder / "subject.yaml", folder.name)
    problems += _check_rows(folder / "channels.csv", "channels")
    problems += _check_rows(folder / "trials.csv", "trials")
    if problems:
        return problems
    subject = read_subject(folder, recordings)
    problems += _check_channels(subject)
    problems += _check_trials(subject)
    return problems + list(_check_signal_files(subject))


def check_folders(folders: tuple[Path, ...], recordings: Path | None = None) -> None:
    """Raise RecordingError with the problems of all folders together."""
    problems = [problem for folder in folders for problem in check_folder(folder, recordings)]
    if problems:
        raise RecordingError(problems)


def _schema(name: str) -> dict[str, Any]:
    return dict(yaml.safe_load((SCHEMAS / f"{name}.schema.yaml").read_text()))


def _missing_files(folder: Path) -> Iterator[Problem]:
    for name in ("subject.yaml", "channels.csv", "trials.csv"):
        if not (folder / name).is_file():
            yield Problem(
                "DE-001",
                str(folder / name),
                "no such file",
                "a subject folder with its three text files",
                f"add {name} (columns and keys: config/README.md)",
            )


def _schema_problems(data: Any, schema: dict[str, Any], place: str) -> Iterator[Problem]:
    for error in sorted(Draft202012Validator(schema).iter_errors(data), key=lambda error: list(map(str, error.path))):
        where = ".".join(str(part) for part in error.path)
        label = f"{place}, {where}" if where else place
        if error.validator == "required":
            missing = [key for key in error.validator_value if key not in error.instance]
            yield Problem("DE-002", label, f"no {', '.join(missing)}", "a value there", f"add {', '.join(missing)}")
        elif error.validator == "additionalProperties":
            known = list(error.schema["properties"])
            extra = [key for key in error.instance if key not in known]
            yield Problem(
                "DE-003", label, f"unknown {', '.join(extra)}", f"only {', '.join(known)}", "correct or remove it"
            )
        elif error.validator == "enum":
            choices = ", ".join(map(str, error.validator_value))
            yield Problem("DE-004", label, repr(error.instance), f"one of {choices}", "use one of these")
        else:
            yield Problem("DE-005", label, repr(error.instance), error.message, "correct the value")


def _check_description(path: Path, folder_name: str) -> Iterator[Problem]:
    try:
        description = yaml.safe_load(path.read_text())
    except yaml.YAMLError as error:
        yield Problem("DE-006", str(path), str(error).replace("\n", " "), "valid YAML", "correct the line named")
        return
    problems = list(_schema_problems(description, _schema("subject"), str(path)))
    yield from problems
    if problems:
        return
    if description["id"] != folder_name:
        yield Problem(
            "DE-007", f"{path}, id", repr(description["id"]), f"the folder's name {folder_name!r}", "make them equal"
        )
    if description["arm"] not in available_arms():
        yield Problem(
            "DE-008",
            f"{path}, arm",
            repr(description["arm"]),
            f"one of {', '.join(available_arms())}",
            "name an arm that has a data file",
        )


def _check_rows(path: Path, schema_name: str) -> Iterator[Problem]:
    schema = _schema(schema_name)
    rows = read_table(path)
    header = {column.strip() for column in path.read_text(encoding="utf-8-sig").splitlines()[0].split(",")}
    missing = [column for column in schema["required"] if column not in header]
    if missing:
        yield Problem(
            "DE-010",
            f"{path}, row 1",
            f"no column {', '.join(missing)}",
            f"columns {', '.join(schema['properties'])}",
            f"add {', '.join(missing)}",
        )
        return
    if not rows:
        yield Problem("DE-011", str(path), "no rows", "at least one row", "describe what was recorded")
    for number, row in enumerate(rows, start=2):
        yield from _schema_problems(with_numbers(row), schema, f"{path}, row {number}")


def _check_channels(subject: Subject) -> Iterator[Problem]:
    path = subject.folder / "channels.csv"
    arm = subject.generic_arm()
    known = ", ".join([*arm.muscle_names, *arm.groups])
    owners: dict[str, str] = {}
    for row, channel in enumerate(subject.channels, start=2):
        muscles = arm.members(channel.muscle)
        if not muscles:
            yield Problem(
                "DE-020",
                f"{path}, row {row}, muscle",
                repr(channel.muscle),
                f"one of {known}",
                f"use the name that arm {arm.name} gives the muscle",
            )
        for muscle in muscles:
            if muscle in owners:
                yield Problem(
                    "DE-021",
                    f"{path}, row {row}, muscle",
                    f"{muscle} again (already in {owners[muscle]})",
                    "each muscle in one channel",
                    "remove one of the two rows",
                )
            owners[muscle] = channel.name
        if (channel.kind == "raw") == (channel.unit == "1"):
            expected = "V, mV or uV for raw EMG" if channel.kind == "raw" else "1 (a fraction of the maximum)"
            yield Problem("DE-022", f"{path}, row {row}, unit", repr(channel.unit), expected, "correct unit or kind")
    if not subject.channels_used("observed"):
        yield Problem("DE-023", str(path), "no observed channel", "at least one", "set use to observed")


def _check_trials(subject: Subject) -> Iterator[Problem]:
    path = subject.folder / "trials.csv"
    for name, count in Counter(trial.trial for trial in subject.trials).items():
        if count > 1:
            yield Problem("DE-030", f"{path}, trial", f"{name} {count} times", "each name once", "rename one of them")
    for row, trial in enumerate(subject.trials, start=2):
        if trial.start_s is not None and trial.end_s is not None and trial.end_s <= trial.start_s:
            yield Problem(
                "DE-031",
                f"{path}, row {row}",
                f"end_s {trial.end_s:g} before start_s {trial.start_s:g}",
                "end_s after start_s",
                "swap or correct them",
            )
    for load in subject.loads:
        for split in ("train", "test"):
            if not any(trial.split == split and trial.load_label == load for trial in subject.movements):
                yield Problem(
                    "DE-032",
                    str(path),
                    f"no {split} trial at {load}",
                    "a train and a test trial for each load",
                    f"add one, or give a trial at {load} the split {split}",
                )
    if not subject.movements:
        yield Problem("DE-033", str(path), "no movement trial", "at least one", "set role to movement")


@dataclass(frozen=True)
class _Need:
    """A column that the study will read: what it is for, in which file, with which unit."""

    label: str
    path: Path
    column: str
    unit: str


def _needs(subject: Subject) -> Iterator[_Need]:
    for trial in subject.trials:
        for channel in subject.channels:
            if records(channel, trial):
                path = subject.emg_path(channel, trial)
                yield _Need(f"channel {channel.name}", path, channel.column, channel.unit)
        if trial.role == "movement":
            entry = subject.description["kinematics"]
            yield _Need("kinematics", subject.kinematics_path(trial), entry["column"], entry["unit"])


def _check_signal_files(subject: Subject) -> Iterator[Problem]:
    """One line per missing file; a column or unit that is wrong in many files is one line that counts them."""
    reader = READERS[subject.description["format"]]
    needs = list(_needs(subject))
    headers: dict[Path, Header] = {}
    for path in dict.fromkeys(need.path for need in needs):
        if not path.is_file():
            yield Problem(
                "DE-040",
                str(path),
                "no such file",
                "the signal file that channels.csv and trials.csv name",
                "correct the name, or add the file",
            )
            continue
        try:
            headers[path] = reader.header(path)
        except RecordingError as error:
            yield from error.problems
    lacking: dict[tuple[str, str], list[_Need]] = {}
    differing: dict[tuple[str, str], list[_Need]] = {}
    for need in needs:
        header = headers.get(need.path)
        if header is None:
            continue
        if need.column not in header.columns:
            lacking.setdefault((need.label, need.column), []).append(need)
        if header.unit is not None and header.unit.replace("µ", "u") != need.unit:
            differing.setdefault((need.label, need.column), []).append(need)
    for found in lacking.values():
        yield Problem(
            "DE-041",
            _place(found),
            f"columns {', '.join(headers[found[0].path].columns)}",
            f"a column {found[0].column!r}",
            "correct the column in channels.csv or subject.yaml",
        )
    for found in differing.values():
        unit = headers[found[0].path].unit
        yield Problem("DE-042", _place(found), f"unit {unit} in it", f"{found[0].unit} as declared", "correct the unit")


def _place(found: list[_Need]) -> str:
    more = f" and {len(found) - 1} more files" if len(found) > 1 else ""
    return f"{found[0].path}{more}, {found[0].label}"
