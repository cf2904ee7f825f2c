"""The three text files of a subject folder against their schemas."""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator

from deepemg.joint.definition import available_joints
from deepemg.recordings.description import SIZES
from deepemg.recordings.places import fault_of_place
from deepemg.recordings.problems import Problem
from deepemg.recordings.readers import READERS
from deepemg.recordings.sheet import Sheet
from deepemg.recordings.spelling import cut, nearest, short

SCHEMAS = Path(__file__).parents[1] / "schemas"
FORMATTED = ("format", "emg_format")
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
LONGEST = 60  # letters of a value that are shown


@cache
def schema(name: str) -> dict[str, Any]:
    """The JSON schema of subject, channels or trials."""
    return dict(yaml.safe_load((SCHEMAS / f"{name}.schema.yaml").read_text(encoding="utf-8")))


def check_description(path: Path, description: Any) -> Iterator[Problem]:
    """Keys and values of a subject.yaml that are not as they must be."""
    if not isinstance(description, dict):
        found = "nothing" if description is None else f"a {type(description).__name__}"
        yield Problem("DE-005", str(path), found, "keys with values, such as id: S06", "write them one per line")
        return
    yield from _schema_problems(description, schema("subject"), str(path))
    yield from _not_finite(description, str(path))
    yield from _no_text(description, str(path))
    if isinstance(description.get("id"), str) and description["id"] != path.parent.name:
        found, expected = short(description["id"]), f"the folder's name {path.parent.name!r}"
        yield Problem("DE-007", f"{path}, id", found, expected, "make them equal")
    joint = description.get("joint")
    if isinstance(joint, str) and joint not in available_joints():
        known = ", ".join(available_joints())
        fix = "name a joint that has a data file"
        yield Problem(
            "DE-008", f"{path}, joint", short(joint), f"one of {known}", nearest(joint, available_joints()) + fix
        )
    for block in ("kinematics", "torque"):
        entry = description.get(block)
        yield from _known_format(f"{path}, {block}", entry if isinstance(entry, dict) else {})
    yield from _known_format(str(path), description)
    model = description.get("model")
    if not isinstance(model, str):
        return
    if fault := fault_of_place(path.parent / model, [path.parent]):
        yield replace(fault, place=f"{path}, model", fix="put the model into the subject's folder")
    elif not os.path.isfile(path.parent / model):
        found, expected = f"no file {_shown(model)}", "an .osim file in the folder"
        yield Problem("DE-040", f"{path}, model", found, expected, "correct the name")


def check_sheet(sheet: Sheet, name: str) -> Iterator[Problem]:
    """Columns, rows and cells of channels.csv or trials.csv (`name`: channels, trials)."""
    path, wanted = sheet.path, schema(name)
    twice = sorted({column for column in sheet.columns if sheet.columns.count(column) > 1 and column})
    if twice:
        yield Problem("DE-010", f"{path}, row 1", f"{', '.join(twice)} twice", "each column once", "rename one of them")
    missing = [column for column in wanted["required"] if column not in sheet.columns]
    if missing:
        near = "".join(
            nearest(column, [c for c in sheet.columns if c not in wanted["properties"]]) for column in missing
        )
        yield Problem(
            "DE-010",
            f"{path}, row 1",
            f"no column {', '.join(missing)}" + (f" ({near.strip()} is there)" if near else ""),
            f"columns {', '.join(wanted['properties'])}",
            f"add {', '.join(missing)}",
        )
        return
    if not sheet.rows:
        yield Problem("DE-011", str(path), "no rows", "at least one row", "describe what was recorded")
    found: dict[tuple[str, str, str, str], list[int]] = {}
    for number, row in sheet.rows.items():
        for problem in row_problems(row, wanted):
            label = problem.place.removeprefix(", ")
            key = (problem.id, label + "\n" + problem.found, problem.expected, problem.fix)
            found.setdefault(key, []).append(number)
    for (identity, text, expected, fix), rows in found.items():
        label, _, said = text.partition("\n")
        yield Problem(identity, f"{path}, {_rows(rows)}{f', {label}' if label else ''}", said, expected, fix)


def row_problems(row: dict[str, Any], wanted: dict[str, Any]) -> list[Problem]:
    """What is wrong with the cells of one row; places name the column alone."""
    return [*_schema_problems(row, wanted, ""), *_not_finite(row, ""), *_no_text(row, ""), *_known_format("", row)]


def _rows(numbers: list[int]) -> str:
    if len(numbers) == 1:
        return f"row {numbers[0]}"
    shown = ", ".join(map(str, numbers[:5]))
    return f"rows {shown}" + (f" and {len(numbers) - 5} more" if len(numbers) > 5 else "")


def _known_format(place: str, entry: dict[str, Any]) -> Iterator[Problem]:
    for key in FORMATTED:
        name = entry.get(key)
        if isinstance(name, str) and name not in READERS:
            known = ", ".join(READERS)
            fix = f"{nearest(name, READERS)}use one of these, or leave it out: files are known by their content"
            yield Problem("DE-004", f"{place}, {key}", short(name), f"one of {known}", fix)


def _not_finite(values: Any, place: str) -> Iterator[Problem]:
    """`.nan` and `.inf` are numbers to YAML and to Python, and neither is a size, a load or a time."""
    if isinstance(values, dict):
        for key, value in values.items():
            yield from _not_finite(value, f"{place}, {key}")
    elif isinstance(values, float) and not math.isfinite(values):
        yield Problem("DE-013", place, f"{values}", "a finite number", "write the number, or leave the key out")


def _no_text(values: Any, place: str) -> Iterator[Problem]:
    """Letters that no file's name holds, or that a terminal obeys; escapes of YAML can write them too."""
    for key, value in values.items() if isinstance(values, dict) else enumerate(values):
        if isinstance(value, (dict, list)):
            yield from _no_text(value, f"{place}, {key}")
        elif isinstance(value, str) and UNPRINTABLE.search(value):
            yield Problem("DE-005", f"{place}, {key}", _shown(value), "letters that can be printed", "type it again")


def _schema_problems(data: Any, schema: dict[str, Any], place: str) -> Iterator[Problem]:
    for error in sorted(Draft202012Validator(schema).iter_errors(data), key=lambda error: list(map(str, error.path))):
        where = ".".join(str(part) for part in error.path)
        label = f"{place}, {where}" if where else place
        yield from _sentence(error, label)


def _sentence(error: Any, label: str) -> Iterator[Problem]:
    """What a validator found, as a sentence for people."""
    kind, found = error.validator, _shown(error.instance)
    if kind == "required":
        for key in (key for key in error.validator_value if key not in error.instance):
            if f"{key!r} is a required" in error.message:
                described = _description(key)
                yield Problem("DE-002", label, f"no {key}", described.rstrip("."), f"add {key}")
    elif kind == "additionalProperties":
        known = list(error.schema["properties"])
        for key in (key for key in error.instance if key not in known):
            fix = f"{nearest(str(key), known)}correct or remove it"
            yield Problem("DE-003", label, f"unknown {cut(str(key))}", f"only {', '.join(known)}", fix)
    elif kind == "enum" and error.instance is None:
        choices = ", ".join(map(str, error.validator_value))
        yield Problem("DE-002", label, "no value", f"one of {choices}", "write it, or remove the key")
    elif kind == "enum":
        choices = ", ".join(map(str, error.validator_value))
        fix = f"{nearest(str(error.instance), map(str, error.validator_value))}use one of these"
        yield Problem("DE-004", label, found, f"one of {choices}", fix)
    elif kind == "anyOf" and "markers" in str(error.validator_value):
        yield Problem("DE-002", label, "neither column and unit nor markers", "one of the two", "add column and unit")
    else:
        yield Problem("DE-005", label, found, *_expectation(error))


def _description(key: str) -> str:
    """What a key or column holds, by whichever schema knows it."""
    for name in ("subject", "channels", "trials"):
        entry = schema(name)["properties"].get(key, {})
        if "description" in entry:
            return str(entry["description"]).rstrip(".")
    return "a value there"


def _expectation(error: Any) -> tuple[str, str]:
    kind, value = error.validator, error.validator_value
    if kind == "type" and value == "string" and isinstance(error.instance, (int, float)):
        return "a text", f'write it in quotes: "{error.instance}"'
    if (kind == "type" and value == "number") or (value == "object" and error.path and error.path[-1] in SIZES):
        return "a number with a decimal point", "write the number alone, without its unit"
    if kind == "type":
        names = {"object": "keys with values below it", "boolean": "true or false", "array": "a list"}
        return names.get(str(value), f"a {value}"), "correct the value (config/README.md)"
    if kind in ("minimum", "exclusiveMinimum"):
        return f"{value:g} or more" if kind == "minimum" else f"more than {value:g}", "correct the value, or its unit"
    if kind == "maximum":
        return f"{value:g} or less", "correct the value, or its unit"
    if kind == "pattern":
        return "letters, digits, - and _ only, and no - in front", "use another name"
    if kind == "not":
        return "a name that the results folder does not need for itself", "use another name"
    if kind in ("minLength", "maxLength"):
        return f"at least {value} letter" if kind == "minLength" else f"at most {value} letters", "write another text"
    if kind in ("minItems", "maxItems", "anyOf"):
        return "a name, or two names in a list", "correct the value (config/README.md)"
    return f"{kind} {cut(str(value))}", "correct the value (config/README.md)"


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."
