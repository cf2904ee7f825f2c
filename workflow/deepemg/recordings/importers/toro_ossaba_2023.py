"""EMG elbow data set of Toro-Ossaba and Tejada, 10 people (doi 10.5281/zenodo.7946781).

Layout as the data set's own description gives it: `subject 1/<id>_<flex or pronsup>_<train or test>_<load in g>.txt`,
five columns without a header: raw EMG of biceps and triceps, both filtered, joint angle (deg); `subject_info` beside
them. In flexion channel 1 is the biceps brachii and channel 2 the triceps brachii.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from deepemg.recordings.importers.body import sex_of, sizes
from deepemg.recordings.importers.data_sets import channel, not_the_layout, one_of
from deepemg.recordings.importers.draft import Draft, Imported, begin, write
from deepemg.recordings.importers.names import muscle_of, natural
from deepemg.recordings.readers import open_file

NAME = "toro_ossaba_2023"
TITLE = "EMG elbow data set, 10 people, biceps and triceps"
LAYOUT = "subject 1/1_flex_train_0.txt, with five columns"
FILE = re.compile(r"[^_]+_(?P<movement>[a-z]+)_(?P<split>train|test)\w*_(?P<load>\d+)(?:g|\[g\])?\.txt", re.I)
COLUMNS, ANGLE = {"biceps brachii": "#1", "triceps brachii": "#2"}, "#5"
RATE_HZ = 2000  # not stated by the authors; others who used the files say so
SAID = {"mass": "weight|mass|peso", "height": "height|stature|estatura|altura", "sex": "gender|sex|genero"}


def people(source: Path) -> tuple[str, ...]:
    """Folders of people, subject 2 before subject 10."""
    names = [path.name for path in source.iterdir() if path.is_dir()] if source.is_dir() else []
    return tuple(sorted((name for name in names if re.fullmatch(r"(?i)subject[ _]?\d+", name)), key=natural))


def import_toro_ossaba_2023(
    source: Path, folder: Path, *, link: bool = False, load: str | None = None, person: str | None = None
) -> Imported:
    """One person's flexion trials with their own training and test sets."""
    source = begin(source, folder)
    base = source if _trials(source) else source / one_of(people(source), person, source, LAYOUT)
    trials = _trials(base)
    if not trials or len(open_file(base / trials[0][0], head_only=True).columns) != 5:
        raise not_the_layout(base, LAYOUT)
    draft = Draft(
        known={**_person(base), "source": "doi 10.5281/zenodo.7946781"},
        kinematics={"column": ANGLE, "unit": "deg", "rate_hz": RATE_HZ},
        channels=[channel(name, column, muscle_of(name) or "", "au", RATE_HZ) for name, column in COLUMNS.items()],
        remarks=[
            f"confirm before use: {RATE_HZ} Hz is what others say; the data set itself states no rate",
            "the unit of the EMG is not stated: au, an unknown size",
        ],
    )
    for name, split, grams in trials:
        draft.trials.append(
            {"trial": f"flex_{grams}g_{split}", "role": "movement", "load": grams, "load_unit": "g", "split": split,
             "emg_file": name, "kinematics_file": name}
        )  # fmt: skip
        draft.copies[name] = base / name
    return write(draft, folder, link=link, load=load)


def _trials(base: Path) -> list[tuple[str, str, str]]:
    """File, split and load (g) of the flexion trials of a folder."""
    found = [(path.name, FILE.fullmatch(path.name)) for path in base.iterdir()] if base.is_dir() else []
    trials = [
        (name, match["split"].lower(), str(int(match["load"])))
        for name, match in found
        if match and match["movement"].lower().startswith("flex")
    ]
    return sorted(trials, key=lambda trial: (int(trial[2]), trial[1] == "test"))


def _person(base: Path) -> dict[str, Any]:
    """Sex, mass and height out of subject_info; nothing else of it is read."""
    files = sorted(base.glob("subject_info*"))
    lines = files[0].read_text(encoding="utf-8", errors="replace").splitlines() if files else []
    said: dict[str, str] = {}
    for line in lines:
        key, _, value = line.partition(":")
        for name, pattern in SAID.items():
            if value and re.search(pattern, key, re.I):
                said.setdefault(name, value.strip())
    sex = sex_of(said.get("sex"))
    return ({"sex": sex} if sex else {}) | sizes(mass=said.get("mass"), height=said.get("height"))
