"""Grimmelsmann 2023: curls with 2 and 4 kg, 31 people (doi 10.1371/journal.pone.0289549; data: FH Bielefeld, 1956).

A MATLAB struct EMGdata.subject_20 with meta (sizes), mvc_measurement (forces at the hand) and experiment_data. The
data set's description names the fields of the first two; those of experiment_data are found by what they are called.
"""

from __future__ import annotations

import re
from collections import Counter
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from deepemg.recordings.importers.body import sex_of, sizes
from deepemg.recordings.importers.data_sets import channel, is_taken, not_the_layout, one_of
from deepemg.recordings.importers.draft import Draft, Imported, begin, refusal, write
from deepemg.recordings.importers.matlab import leaves, one_number, read_struct
from deepemg.recordings.importers.matlab_trials import StructTrial, find_struct_trials
from deepemg.recordings.importers.names import load_of, natural, plain_name
from deepemg.recordings.importers.sheets import Row, counted, listed
from deepemg.recordings.problems import RecordingError

NAME = "grimmelsmann_2023"
TITLE = "curls with 2 and 4 kg, 31 people, both heads of the biceps"
LAYOUT = "EMGdata.subject_1 with meta, mvc_measurement and experiment_data in a .mat file"
LENGTHS = {
    "upper_arm_m": "acromion_epicondyle_length",
    "forearm_m": "epicondyle_syloid_length",
}  # syloid: so spelt there
LOADS_KG = (2.0, 4.0)
SHOWN = 12


def people(source: Path) -> tuple[str, ...]:
    """Fields subject_1, subject_2, ..."""
    return tuple(sorted(_subjects(source), key=natural))


def import_grimmelsmann_2023(
    source: Path, folder: Path, *, link: bool = False, load: str | None = None, person: str | None = None
) -> Imported:
    """One person's curls with the upper arm down, converted to CSV files; nothing is linked."""
    source = begin(source, folder)
    name = one_of(people(source), person, source, LAYOUT)
    subject = _subjects(source)[name]
    trials = find_struct_trials(subject.get("experiment_data", {}))
    raised = [trial for trial in trials if any(re.search("upper", part, re.I) for part in trial.names)]
    trials = [trial for trial in trials if trial not in raised]
    if not trials:
        raise _without_trials(source, name, subject)
    draft = Draft(known=_person(subject.get("meta", {})))
    if raised:
        draft.remarks.append(
            f"left out: {counted(len(raised), 'trial')} in the upper posture, for what gravity does there is not told"
        )
    _add_trials(draft, trials)
    _add_mvc(draft, subject.get("mvc_measurement", {}))
    return write(draft, folder, link=link, load=load)


def _subjects(source: Path) -> dict[str, dict[str, Any]]:
    files = [source] if source.is_file() else sorted(source.glob("*.mat"))
    return {name: subject for path in files for name, subject in _in_file(path, path.stat().st_mtime_ns).items()}


@lru_cache(maxsize=1)
def _in_file(path: Path, _changed: int) -> dict[str, dict[str, Any]]:
    """The subjects of a file, whether they stand in EMGdata or alone; none where it is no such file."""
    try:
        tree = read_struct(path)
    except RecordingError:
        return {}
    for inside in (tree, *(value for value in tree.values() if isinstance(value, dict))):
        found = {name: value for name, value in inside.items() if re.fullmatch(r"subject_\d+", name)}
        if found:
            return {name: value for name, value in found.items() if isinstance(value, dict)}
    return {}


def _without_trials(source: Path, name: str, subject: dict[str, Any]) -> Exception:
    fields = list(dict.fromkeys(".".join(names) for names, _ in leaves(subject.get("experiment_data", {}))))
    if not fields:
        return not_the_layout(source, LAYOUT)
    found = f"{listed(fields, SHOWN)} in {name}.experiment_data"
    fix = "name the fields so, or save EMG and angle as CSV files and import them with: recording"
    return refusal(source, found, "fields named after muscles, such as biceps_long", fix)


def _person(meta: dict[str, Any]) -> dict[str, Any]:
    """Sex, mass, height and lengths; handedness, diseases and dates are not read."""
    sex = sex_of(meta.get("sex"))
    values = {key: one_number(meta.get(key, "")) for key in ("weight", "height", *LENGTHS.values())}
    return {
        **({"sex": sex} if sex else {}),
        **sizes(
            mass=values["weight"],
            height=values["height"],
            segments={mine: values[theirs] for mine, theirs in LENGTHS.items()},
        ),
        "source": "doi 10.1371/journal.pone.0289549; converted from the struct EMGdata",
    }


def _add_trials(draft: Draft, trials: list[StructTrial]) -> None:
    """Rows of both sheets, and each trial's signals as two tables without a clock."""
    usual = Counter(frozenset(trial.emg) for trial in trials).most_common(1)[0][0]
    first = next(trial for trial in trials if usual == set(trial.emg))
    for name, (muscle, _) in first.emg.items():
        if not is_taken(muscle, name, draft.channels):
            draft.channels.append(channel(name, name, muscle, "au", first.emg_rate_hz))
    whole = [trial for trial in trials if usual == set(trial.emg) and trial.angle is not None]
    for trial in whole:
        name = plain_name("_".join(trial.names))
        draft.made[f"{name}_emg.csv"] = _table({field: signal for field, (_, signal) in trial.emg.items()})
        draft.made[f"{name}_angle.csv"] = _table({"angle": trial.angle})
        row = {"trial": name, "role": "movement", **_load(trial), "emg_file": f"{name}_emg.csv",
               "kinematics_file": f"{name}_angle.csv"}  # fmt: skip
        if trial.emg_rate_hz and first.emg_rate_hz and trial.emg_rate_hz != first.emg_rate_hz:
            row["emg_rate_hz"] = f"{trial.emg_rate_hz:.9g}"
        draft.trials.append(row)
    largest = max((float(np.nanmax(np.abs(trial.angle))) for trial in whole if trial.angle is not None), default=0.0)
    unit = "deg" if largest > 2 * np.pi else "rad"
    rate = first.angle_rate_hz or first.emg_rate_hz
    draft.kinematics = {"column": "angle", "unit": unit} | ({"rate_hz": rate} if rate else {})
    draft.remarks += [
        f"confirm before use: the angle reaches {largest:.3g} and is read in {unit}",
        "the unit of the EMG is not stated: au, an unknown size",
    ]
    if len(whole) < len(trials):
        draft.remarks.append(
            f"left out: {counted(len(trials) - len(whole), 'trial')} without all channels and the angle"
        )


def _load(trial: StructTrial) -> Row:
    """The load that the names of the fields, or a field beside the signals, tell; the data set has 2 and 4 kg."""
    said = load_of("_".join(trial.names))
    if said is None and trial.load is not None:
        said = f"{trial.load:g}", "kg" if trial.load in LOADS_KG else ""
    return {"load": said[0], "load_unit": said[1]} if said else {}


def _table(columns: dict[str, Any]) -> str:
    rows = zip(*(np.char.mod("%.7g", signal) for signal in columns.values()), strict=False)
    return "\n".join([",".join(columns), *(",".join(row) for row in rows)]) + "\n"


def _add_mvc(draft: Draft, measurement: dict[str, Any]) -> None:
    """MVC trials where the measurement holds EMG; else the greatest forces, as a comment."""
    names = [row["name"] for row in draft.channels]
    for trial in find_struct_trials(measurement):
        if set(names) <= set(trial.emg):
            name = plain_name("_".join(("mvc", *trial.names)))
            draft.made[f"{name}_emg.csv"] = _table({field: trial.emg[field][1] for field in names})
            draft.trials.append({"trial": name, "role": "mvc", "emg_file": f"{name}_emg.csv"})
    forces = {key: one_number(measurement.get(f"hand_{key}_max_force", "")) for key in ("flexor", "extensor")}
    told = [f"{key} {force:.4g}" for key, force in forces.items() if force is not None]
    if told:
        draft.comments.append(f"greatest force at the hand in the MVC measurement (unit not stated): {', '.join(told)}")
