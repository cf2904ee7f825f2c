"""A commented template of a subject folder, to be filled in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Literal

from jinja2 import Environment, PackageLoader, StrictUndefined

from deepemg.atomic import written_aside
from deepemg.joint.definition import Joint, available_joints
from deepemg.recordings.problems import Problem, RecordingError

CHANNELS = (
    "# One row for each EMG channel. muscle: {known}",
    "# unit: uV, mV, V; 1 or % for fractions of MVC; au where unknown. kind: raw, envelope. use: observed, held_out",
    "# file: {{emg_file}} stands for that cell of trials.csv, {{trial}} for the trial's name",
    "# rate_hz: Hz; empty where the file has a clock or says its rate",
)
TRIALS = (
    "# One row for each recording. role: movement, mvc, hold, rest. split: train, or test (reconstructed only)",
    "# load: in the hand, movement trials only; load_unit: kg, lb, g, N (with ? behind it where it is an assumption)",
    "# start_s, end_s: the part of the files that is the trial, in s on their own clock; empty = all of it",
)
MEASURED = (
    "# mvc, hold: angle and torque of the dynamometer may lie in one file; levels of a ramp are parts of its file"
)
COLUMNS = (
    *("trial", "role", "load", "load_unit", "split", "emg_file", "kinematics_file", "torque_file"),
    *("start_s", "end_s", "forearm"),
)


@dataclass(frozen=True)
class ContractionRow:
    """An MVC trial or a hold as a row of trials.csv; `file` is what the names of its files begin with.

    `measured` says that a dynamometer tells angle and torque.
    """

    trial: str
    role: Literal["mvc", "hold"]
    file: str
    measured: bool = False
    forearm: str = ""


CURLS = tuple(ContractionRow(name, "mvc", name) for name in ("mvc_flexion", "mvc_extension"))


def write_template(
    folder: Path,
    joint: Joint,
    *,
    muscles: Sequence[str],
    loads: Sequence[float],
    contractions: Sequence[ContractionRow] = CURLS,
) -> list[Path]:
    """Write the three texts of a new subject folder, with a row for each muscle, load and contraction.

    subject.yaml is the last: with it the subject exists. Raises RecordingError where the folder holds one of them
    already, but for what this command left when it was killed.
    """
    texts = {
        "channels.csv": _channels(joint, muscles),
        "trials.csv": _trials(loads, contractions),
        "subject.yaml": _subject(folder.name, joint, torque=any(row.measured for row in contractions)),
    }
    there = [name for name, text in texts.items() if (folder / name).exists() and not _is_left(folder / name, text)]
    if there:
        fix = "choose another name; nothing that exists is overwritten"
        raise RecordingError([Problem("DE-069", str(folder), f"{there[0]} in it", "no subject folder yet", fix)])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with written_aside(folder / name) as aside:
            aside.write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _is_left(file: Path, text: str) -> bool:
    """Whether the same command wrote this file and did not come to its end."""
    return not (file.parent / "subject.yaml").exists() and file.read_bytes() == text.encode()


def _subject(name: str, joint: Joint, *, torque: bool) -> str:
    environment = Environment(
        loader=PackageLoader("deepemg.recordings", "template"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    template = environment.get_template("subject.yaml.j2")
    return template.render(id=name, joint=joint.name, joints=", ".join(available_joints()), torque=torque)


def _sheet(comments: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return "\n".join([*comments, text.getvalue()])


def _channels(joint: Joint, muscles: Sequence[str]) -> str:
    known = " ".join([*joint.muscle_names, *joint.groups])
    head = ["name", "file", "column", "muscle", "unit", "kind", "rate_hz", "use"]
    rows = [[muscle, "{emg_file}", muscle, muscle, "uV", "raw", "2000", "observed"] for muscle in muscles]
    return _sheet([line.format(known=known) for line in CHANNELS], [head, *rows])


def _trials(loads: Sequence[float], contractions: Sequence[ContractionRow]) -> str:
    rows: list[dict[str, str]] = []
    for load in loads:
        for split in ("train", "test"):
            name = f"{load:g}kg_{split}"
            files = {"emg_file": f"{name}_emg.csv", "kinematics_file": f"{name}_angle.csv"}
            rows.append(
                {"trial": name, "role": "movement", "load": f"{load:g}", "load_unit": "kg", "split": split} | files
            )
    for row in contractions:
        files = {"emg_file": f"{row.file}_emg.csv"}
        if row.measured:
            files |= {"kinematics_file": f"{row.file}_angle.csv", "torque_file": f"{row.file}_torque.csv"}
        rows.append({"trial": row.trial, "role": row.role, "forearm": row.forearm} | files)
    measured = any(row.measured for row in contractions)
    optional = {"torque_file": measured, "forearm": any(row.forearm for row in contractions)}
    head = [name for name in COLUMNS if optional.get(name, True)]
    comments = (*TRIALS, MEASURED) if measured else TRIALS
    return _sheet(comments, [head, *([row.get(name, "") for name in head] for row in rows)])
