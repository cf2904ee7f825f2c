"""A commented template of a subject folder, to be filled in."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from io import StringIO
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

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


def write_template(
    folder: Path, joint: Joint, *, muscles: Sequence[str], loads: Sequence[float], mvc: Sequence[str]
) -> list[Path]:
    """Write the three texts of a new subject folder, with a row for each muscle, load and MVC trial.

    Raises RecordingError where the folder holds one of them already.
    """
    texts = {
        "subject.yaml": _subject(folder.name, joint),
        "channels.csv": _channels(joint, muscles),
        "trials.csv": _trials(loads, mvc),
    }
    there = [name for name in texts if (folder / name).exists()]
    if there:
        fix = "choose another name; nothing that exists is overwritten"
        raise RecordingError([Problem("DE-069", str(folder), f"{there[0]} in it", "no subject folder yet", fix)])
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return [folder / name for name in texts]


def _subject(name: str, joint: Joint) -> str:
    environment = Environment(
        loader=PackageLoader("deepemg.recordings", "template"), undefined=StrictUndefined, keep_trailing_newline=True
    )
    template = environment.get_template("subject.yaml.j2")
    return template.render(id=name, joint=joint.name, joints=", ".join(available_joints()))


def _sheet(comments: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return "\n".join([*comments, text.getvalue()])


def _channels(joint: Joint, muscles: Sequence[str]) -> str:
    known = " ".join([*joint.muscle_names, *joint.groups])
    head = ["name", "file", "column", "muscle", "unit", "kind", "rate_hz", "use"]
    rows = [[muscle, "{emg_file}", muscle, muscle, "uV", "raw", "2000", "observed"] for muscle in muscles]
    return _sheet([line.format(known=known) for line in CHANNELS], [head, *rows])


def _trials(loads: Sequence[float], mvc: Sequence[str]) -> str:
    head = ["trial", "role", "load", "load_unit", "split", "emg_file", "kinematics_file", "start_s", "end_s"]
    rows = [
        [f"{load:g}kg_{split}", "movement", f"{load:g}", "kg", split, f"{load:g}kg_{split}_emg.csv",
         f"{load:g}kg_{split}_angle.csv", "", ""]
        for load in loads
        for split in ("train", "test")
    ]  # fmt: skip
    rows += [[f"mvc_{way}", "mvc", "", "", "", f"mvc_{way}_emg.csv", "", "", ""] for way in mvc]
    return _sheet(TRIALS, [head, *rows])
