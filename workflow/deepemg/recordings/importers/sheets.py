"""The three texts of a subject folder: what is known as values, what is not as empty cells and lines with `# ?`."""

from __future__ import annotations

import csv
import io
import textwrap
from collections.abc import Iterable, Sequence
from typing import Any

import yaml

from deepemg.spreadsheet import as_text

CHANNELS = ("name", "file", "column", "muscle", "unit", "kind", "rate_hz", "use")
TRIALS = ("trial", "role", "load", "load_unit", "split", "emg_file", "kinematics_file")
MORE = ("torque_file", "start_s", "end_s", "channels", "emg_rate_hz")  # written where a trial has one
JOINT = "elbow7"
ASKED = {  # keys of subject.yaml that make the results better, with what to write
    "side": "left or right",
    "sex": "female, male, other or unknown",
    "mass_kg": "{value: 70, source: measured}",
    "height_m": "{value: 1.75, source: measured}",
    "upper_arm_m": "acromion to elbow centre: {value: 0.30, source: measured}",
    "forearm_m": "elbow centre to radial styloid: {value: 0.25, source: measured}",
}
CONVENTION = (
    "# ? 0 deg must be the straight arm, and flexion positive. Else add here: included: true (180 is straight),",
    "#   sign: -1, or offset_deg.",
)
Row = dict[str, str]


def sheet_text(rows: Sequence[Row], columns: Sequence[str]) -> str:
    """A small table as CSV."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({column: as_text(cell) for column, cell in row.items()} for row in rows)
    return out.getvalue()


def channels_text(rows: Sequence[Row]) -> str:
    """channels.csv."""
    return sheet_text(rows, CHANNELS)


def trials_text(rows: Sequence[Row]) -> str:
    """trials.csv; columns that no trial needs are left out."""
    return sheet_text(rows, [*TRIALS, *(column for column in MORE if any(row.get(column) for row in rows))])


def subject_text(name: str, known: dict[str, Any], kinematics: dict[str, Any], comments: Iterable[str]) -> str:
    """subject.yaml: what is known, then as comments what may be added, and what else the recording holds."""
    lines = ["# What is marked with ? is not known from the recording: fill it in, or leave it out.", ""]
    lines += dumped({"id": name, "joint": JOINT, **known})
    lines += [f"# {key}: ?  # {how}" for key, how in ASKED.items() if key not in known]
    if not kinematics:
        lines += ["kinematics: {}  # ? column and unit (deg or rad) of the elbow's angle, or markers"]
    else:
        lines += ["kinematics:", *(f"  {line}" for line in dumped(kinematics))]
        lines += [] if "markers" in kinematics else [f"  {line}" for line in CONVENTION]
    for comment in comments:
        lines += ["", *textwrap.wrap(comment, 116, initial_indent="# ", subsequent_indent="#   ")]
    return "\n".join(lines) + "\n"


def dumped(entries: dict[str, Any]) -> list[str]:
    """Lines of YAML, one key each, with a size in one line. An empty text is a key that asks for its value."""
    lines = []
    for key, value in entries.items():
        if value == "":
            lines.append(f"{key}:  # ?")
        else:
            text = yaml.safe_dump(value, default_flow_style=True, sort_keys=False, allow_unicode=True, width=1000)
            lines.append(f"{key}: {text.removesuffix('...' + chr(10)).strip()}")
    return lines


def with_loads(rows: Sequence[Row], load: tuple[str, str] | None) -> list[Row]:
    """Trials with this load and unit in the movements for which the recording says none.

    Where it says the number alone, the unit alone is added.
    """
    if load is None:
        return list(rows)
    value, unit = load
    return [
        {**row, "load": row.get("load") or value, "load_unit": row.get("load_unit") or unit}
        if row.get("role") == "movement"
        else row
        for row in rows
    ]


def with_splits(rows: Sequence[Row]) -> list[Row]:
    """Trials of which the last of each load is for testing, where there are two or more and none has a split yet."""
    moving = [row for row in rows if row.get("role") == "movement"]
    if any(row.get("split") for row in moving):
        return list(rows)
    by_load: dict[tuple[str, str], list[Row]] = {}
    for row in moving:
        by_load.setdefault((row.get("load", ""), row.get("load_unit", "")), []).append(row)
    several = [same for same in by_load.values() if len(same) > 1]
    last = [same[-1]["trial"] for same in several]
    split = {row["trial"]: "test" if row["trial"] in last else "train" for same in several for row in same}
    return [{**row, "split": split.get(row["trial"], "")} for row in rows]


def counted(number: int, what: str) -> str:
    """`1 trial`, `6 trials`."""
    return f"{number} {what}{'' if number == 1 else 's'}"


def listed(names: Sequence[str], most: int = 40) -> str:
    """Names with commas between them, the first ones where they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(names[:most])}{more}"


def open_questions(channels: Sequence[Row], trials: Sequence[Row], kinematics: dict[str, Any]) -> list[str]:
    """What was left empty, one line for each of the three files that asks."""
    moving = [row for row in trials if row.get("role") == "movement"]
    needed = ["load", "load_unit"]
    if "{kinematics_file}" in kinematics.get("file", "{kinematics_file}"):
        needed.append("kinematics_file")
    asked = {
        "channels.csv": _empty(channels, ["muscle", "unit", "rate_hz"], "channel"),
        "trials.csv": _empty(trials, ["role"], "trial") + _empty(moving, needed, "trial"),
        "subject.yaml": ["the unit of the angle" if kinematics else "the elbow's angle: column and unit, or markers"]
        if not kinematics or "" in kinematics.values()
        else [],
    }
    return [f"{file} asks for {', '.join(questions)}" for file, questions in asked.items() if questions]


def _empty(rows: Sequence[Row], columns: Sequence[str], what: str) -> list[str]:
    counts = {column: sum(not row.get(column) for row in rows) for column in columns}
    return [f"{column} of {counted(count, what)}" for column, count in counts.items() if count]
