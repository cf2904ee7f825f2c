"""Which files make a trial, and which columns of them a subject folder names."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from deepemg.recordings.importers.names import plain_name, spellings, words
from deepemg.recordings.importers.signal_columns import Found, signal_name
from deepemg.recordings.importers.signal_files import SignalFile


@dataclass(frozen=True)
class Place:
    """Where trials have a column: the pattern of the file's name, and the column in it."""

    pattern: str
    reference: str


@dataclass(frozen=True)
class Trial:
    """Files of one trial. `text` is all that folders and files are called, to read load and role from.

    `folder` is where a trial is a folder of files with one signal each.
    """

    name: str
    text: str
    files: tuple[SignalFile, ...]
    folder: Path | None = None
    columns: dict[Place, tuple[Found, SignalFile]] = field(default_factory=dict, compare=False)

    def cell(self, place: Place) -> str:
        """What emg_file or kinematics_file of trials.csv says for a column."""
        if self.folder is not None:
            return "" if self.folder == Path() else self.folder.as_posix()
        return self.columns[place][1].place.as_posix()


def find_trials(files: list[SignalFile], source: Path) -> list[Trial]:
    """Trials in the order of their files."""
    groups: dict[str, list[SignalFile]] = {}
    whole = {folder for folder in {file.place.parent for file in files} if _is_trial(folder, files)}
    for file in files:
        groups.setdefault(_key(file, whole), []).append(file)
    names = _names(groups, whole, source)
    trials = []
    for key, members in groups.items():
        folder = members[0].place.parent if members[0].place.parent in whole else None
        inside = " ".join(str(file.place) for file in members) if folder is None else folder.as_posix()
        text = inside if inside != "." else source.name
        trial = Trial(names[key], text, tuple(members), folder)
        main = max(members, key=lambda file: len(file.of("emg")))  # a trial has one EMG file, or a folder of them
        for file in members:
            for column in file.columns:
                if folder is not None or column.role != "emg" or file is main:
                    trial.columns.setdefault(_place(file, column, folder), (column, file))
        trials.append(trial)
    return trials


def _is_trial(folder: Path, files: list[SignalFile]) -> bool:
    """Whether a folder holds several files of one signal each, all of different signals."""
    inside = [file for file in files if file.place.parent == folder]
    known = [(c.role, c.muscle, c.label) for file in inside for c in file.columns if c.role in ("emg", "angle")]
    return len(inside) > 1 and all(file.single for file in inside) and bool(known) and len(set(known)) == len(known)


def _key(file: SignalFile, whole: set[Path]) -> str:
    """What the files of a trial share: their folder, and their name without words such as emg and angle."""
    if file.place.parent in whole:
        return f"{file.place.parent}/"
    rest = re.sub(words()["signals"], " ", spellings(signal_name(file.place))[1])
    return f"{file.place.parent}/{' '.join(rest.split())}"


def _names(groups: dict[str, list[SignalFile]], whole: set[Path], source: Path) -> dict[str, str]:
    """Names of trials: the file's or the folder's, with more folders before it where that is not one trial's alone."""
    paths = {}
    for key, members in groups.items():
        place = members[0].place
        if place.parent in whole or (key.endswith("/") and place.parent != Path()):
            paths[key] = place.parent
        else:
            rest = key.rpartition("/")[2].replace(" ", "_")
            paths[key] = place.parent / (signal_name(place) if len(members) == 1 else rest or "trial")
    for depth in (1, 2, 3, 99):
        found = {key: plain_name("_".join(path.parts[-depth:]) or "trial") for key, path in paths.items()}
        if len(set(found.values())) == len(found):
            return found
    return {key: f"{found[key]}_{number}" for number, key in enumerate(groups, start=1)}


def _place(file: SignalFile, column: Found, folder: Path | None) -> Place:
    name = file.place.name.replace("{", "{{").replace("}", "}}")
    if folder is None:
        return Place("{file}", column.reference)
    return Place(name if folder == Path() else f"{{file}}/{name}", column.reference)
