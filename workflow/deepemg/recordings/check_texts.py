"""The three text files of a subject folder against their schemas."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from deepemg.joint.definition import available_joints
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.csv import header
from deepemg.recordings.subject import read_description, read_table, with_numbers

SCHEMAS = Path(__file__).parent / "schemas"


def check_texts(folder: Path) -> Iterator[Problem]:
    """Files that are missing or unreadable, and keys, columns and values that are not as they must be."""
    missing = list(_missing_files(folder))
    if missing:
        yield from missing
        return
    yield from _check_description(folder / "subject.yaml", folder.name)
    yield from _check_rows(folder / "channels.csv", "channels")
    yield from _check_rows(folder / "trials.csv", "trials")


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
        description = read_description(path)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        yield Problem(
            "DE-006", str(path), str(error).replace("\n", " "), "valid YAML in UTF-8", "correct the line named"
        )
        return
    problems = list(_schema_problems(description, _schema("subject"), str(path)))
    yield from problems
    if problems:
        return
    if description["id"] != folder_name:
        yield Problem(
            "DE-007", f"{path}, id", repr(description["id"]), f"the folder's name {folder_name!r}", "make them equal"
        )
    if description["joint"] not in available_joints():
        yield Problem(
            "DE-008",
            f"{path}, joint",
            repr(description["joint"]),
            f"one of {', '.join(available_joints())}",
            "name a joint that has a data file",
        )


def _check_rows(path: Path, schema_name: str) -> Iterator[Problem]:
    schema = _schema(schema_name)
    try:
        columns, rows = header(path).columns, read_table(path)
    except (RecordingError, ValueError) as error:
        found = str(error).strip().replace("\n", " ")
        yield Problem("DE-012", str(path), found, "comma separated text in UTF-8", "save the sheet as CSV UTF-8")
        return
    missing = [column for column in schema["required"] if column not in columns]
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
    for number, row in rows.items():
        yield from _schema_problems(with_numbers(row), schema, f"{path}, row {number}")
