"""Zenodo 11209324: upper limb torque from EMG, 17 people (doi 10.5281/zenodo.11209324; bioRxiv 2024.01.11.575155).

Layout as the data set's own description gives it: <S1>/<S1>.json, scaledModel.osim, MVC/emgMVCElbow.csv, and below SJ
(elbow alone) and MJ (elbow and shoulder) a folder for each trial with emgRaw.csv (2 kHz), humanPositions.csv (rad, 100
Hz) and muscleTorque.csv (N m, 100 Hz).
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from deepemg.recordings.importers.body import sex_of, sizes
from deepemg.recordings.importers.data_sets import (
    channel,
    elbow_column,
    emg_unit,
    muscle_columns,
    not_the_layout,
    one_of,
)
from deepemg.recordings.importers.draft import Draft, Imported, begin, write
from deepemg.recordings.importers.names import natural
from deepemg.recordings.readers import open_file

NAME = "zenodo_11209324"
TITLE = "upper limb torque from EMG, 17 people, all seven elbow muscles"
LAYOUT = "S1/SJ/T0/emgRaw.csv and humanPositions.csv, S1/MVC/emgMVCElbow.csv"
EMG_HZ, ANGLE_HZ = 2000, 100  # as described
MODEL = "scaledModel.osim"
TORQUE = (
    "muscleTorque.csv is copied and not used, for the data set does not say whether it was measured. If it was: add the"
    " block torque: {column: <the elbow's>, unit: N m, rate_hz: 100}, and to trials.csv a column torque_file."
)
ORDER = (
    "confirm before use: the description of the data set lists brachioradialis and brachialis in the other order than"
    " the header of its files; the names in the header were taken (BRA brachialis, BRD brachioradialis)"
)


def people(source: Path) -> tuple[str, ...]:
    """Folders of people, S2 before S10."""
    names = [path.name for path in source.iterdir() if re.fullmatch(r"S\d+", path.name)] if source.is_dir() else []
    return tuple(sorted((name for name in names if (source / name / "SJ").is_dir()), key=natural))


def import_zenodo_11209324(
    source: Path, folder: Path, *, link: bool = False, load: str | None = None, person: str | None = None
) -> Imported:
    """One person's elbow-only trials: five muscles observed, brachialis and medial triceps held out."""
    source = begin(source, folder)
    base = source if (source / "SJ").is_dir() else source / one_of(people(source), person, source, LAYOUT)
    trials = sorted((path.parent for path in base.glob("SJ/*/emgRaw.csv")), key=lambda path: natural(path.name))
    trials = [path for path in trials if (path / "humanPositions.csv").is_file()]
    if not trials:
        raise not_the_layout(base, LAYOUT)
    draft = Draft(known=_person(base), comments=[TORQUE], remarks=[ORDER])
    _add_columns(draft, base, trials[0])
    for path in trials:
        place = path.relative_to(base).as_posix()
        draft.trials.append(
            {"trial": place.replace("/", "_"), "role": "movement", "emg_file": f"{place}/emgRaw.csv",
             "kinematics_file": f"{place}/humanPositions.csv"}
        )  # fmt: skip
        for name in ("emgRaw.csv", "humanPositions.csv", "muscleTorque.csv"):
            if (path / name).is_file():
                draft.copies[f"{place}/{name}"] = path / name
    _add_mvc(draft, base)
    if load is None:
        draft.remarks.append(
            "the hand load is not stated: if the hand was empty, --load '0 kg' writes so into every trial"
        )
    return write(draft, folder, link=link, load=load)


def _person(base: Path) -> dict[str, Any]:
    """Sex, mass, height, lengths and scaled model; nothing else of the person's file is read."""
    files = sorted(base.glob("S*.json"))
    try:
        said = json.loads(files[0].read_text(encoding="utf-8-sig")) if files else {}
        measures = dict(said.get("measures", {}))
    except (ValueError, TypeError, AttributeError):
        raise not_the_layout(base, "a JSON text with weight, height and measures") from None
    sex = sex_of(said.get("sex"))
    known = {
        **({"sex": sex} if sex else {}),
        **sizes(
            mass=said.get("weight"),
            height=said.get("height"),
            segments={f"{mine}_m": measures.get(theirs) for mine, theirs in
                      (("upper_arm", "arm"), ("forearm", "forearm"), ("hand", "hand"))},
            estimated=("hand_m",),  # the same in all
        ),
    }  # fmt: skip
    return known | ({"model": MODEL} if (base / MODEL).is_file() else {}) | {"source": "doi 10.5281/zenodo.11209324"}


def _add_columns(draft: Draft, base: Path, trial: Path) -> None:
    """Channels by the names in the header, and the elbow's angle."""
    contents = open_file(trial / "emgRaw.csv", head_only=True)
    found = muscle_columns(contents)
    angle = elbow_column(open_file(trial / "humanPositions.csv", head_only=True))
    if not found or angle is None:
        raise not_the_layout(trial, "columns such as BICLong and elbow_flexion")
    for muscle, column, reference in found:
        draft.channels.append(channel(column.name, reference, muscle, emg_unit(column), EMG_HZ, hide_deep=True))
    if any(row["unit"] == "au" for row in draft.channels):
        draft.remarks.append("the unit of the EMG is not stated: au, an unknown size")
    draft.kinematics = {"column": angle, "unit": "rad", "rate_hz": ANGLE_HZ}
    if MODEL in draft.known.values():
        draft.copies[MODEL] = base / MODEL


def _add_mvc(draft: Draft, base: Path) -> None:
    place = "MVC/emgMVCElbow.csv"
    if (base / place).is_file():
        draft.trials.append({"trial": "MVC_elbow", "role": "mvc", "emg_file": place})
        draft.copies[place] = base / place
    else:
        draft.remarks.append(f"no {place}: levels come from the training trials")
