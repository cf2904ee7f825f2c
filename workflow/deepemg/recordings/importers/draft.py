"""What an importer found, and how it becomes a subject folder; no file that is there already is changed."""

from __future__ import annotations

import filecmp
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepemg.atomic import written_aside
from deepemg.recordings.importers.names import load_of
from deepemg.recordings.importers.sheets import (
    Row,
    channels_text,
    counted,
    open_questions,
    subject_text,
    trials_text,
    with_loads,
    with_splits,
)
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.spelling import existing

TEXTS = ("subject.yaml", "channels.csv", "trials.csv")


@dataclass
class Draft:
    """A subject as the recording tells it.

    `known` are keys of subject.yaml. `copies` are files of the recording by their place in the folder, `made` texts
    that had to be converted. `comments` go into subject.yaml, `remarks` to whoever imports.
    """

    known: dict[str, Any] = field(default_factory=dict)
    kinematics: dict[str, Any] = field(default_factory=dict)
    channels: list[Row] = field(default_factory=list)
    trials: list[Row] = field(default_factory=list)
    copies: dict[str, Path] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Imported:
    """The three texts by their file names, and what to tell of them, one line each."""

    folder: Path
    texts: dict[str, str]
    remarks: tuple[str, ...] = ()


def refusal(place: Path | str, found: str, expected: str, fix: str) -> RecordingError:
    """A source that is not what it was called, or a folder that cannot be made: one line."""
    return RecordingError([Problem("DE-068", str(place), found, expected, fix)])


def begin(source: Path, folder: Path) -> Path:
    """The source as it is on the disk. Raises RecordingError where it is missing, or the subject exists already."""
    if (folder / "subject.yaml").exists():
        fix = "remove the folder yourself to import again, or choose another name"
        raise refusal(folder, "a subject folder already", "a subject that does not exist yet", fix)
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_-]*", folder.name):
        raise refusal(folder, repr(folder.name), "letters, digits, - and _ in a subject's name", "use another name")
    source = existing(source)
    if not source.exists():
        raise refusal(source, "no such file or folder", "the recording", "correct the name")
    return source


def write(draft: Draft, folder: Path, *, link: bool = False, load: str | None = None) -> Imported:
    """Copy the signal files (or link them) and write the three texts, subject.yaml last: with it the subject exists."""
    trials = with_splits(with_loads(draft.trials, asked_load(load)))
    texts = {
        "channels.csv": channels_text(draft.channels),
        "trials.csv": trials_text(trials),
        "subject.yaml": subject_text(folder.name, draft.known, draft.kinematics, draft.comments),
    }
    written = {**draft.made, **texts}
    for place, source in draft.copies.items():
        _check_free(folder / place, source)
    for place, text in written.items():
        _check_free(folder / place, text.encode())
    for place, source in draft.copies.items():
        _place(source, folder / place, link)
    for place, text in written.items():
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        with written_aside(folder / place) as aside:
            aside.write_text(text, encoding="utf-8")
    files = [counted(len(draft.copies), "file") + (" linked" if link else " copied")] if draft.copies else []
    files += [counted(len(draft.made), "file") + " converted"] if draft.made else []
    done = ", ".join([counted(len(draft.channels), "channel"), counted(len(trials), "trial"), *files])
    asked = open_questions(draft.channels, trials, draft.kinematics)
    return Imported(folder, texts, (f"{folder.name}: {done}", *draft.remarks, *asked))


def asked_load(load: str | None) -> tuple[str, str] | None:
    """Load and unit of `--load "2 kg"`. Raises RecordingError where it is no load with a unit."""
    if load is None:
        return None
    found = load_of(load)
    if found is None or not found[1]:
        raise refusal("--load", repr(load), "a number and kg, lb or g", 'write for example --load "0 kg"')
    return found


def _check_free(target: Path, content: Path | bytes) -> None:
    """Raises RecordingError where another file stands under this name; one of the very same content is fine."""
    if not (target.exists() or target.is_symlink()):
        return
    if target.is_file() and _is_same(target, content):
        return
    fix = "move it away, or choose another name of the subject"
    raise refusal(target, "a file that is there already", "no file of this name", fix)


def _is_same(target: Path, content: Path | bytes) -> bool:
    if isinstance(content, bytes):
        return target.read_bytes() == content
    return target.name not in TEXTS and filecmp.cmp(target, content, shallow=False)


def _place(source: Path, target: Path, link: bool) -> None:
    if target.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(target) as aside:
        if not link:
            shutil.copyfile(source, aside)
            return
        try:  # a hard link: one that names a path would lead out of the folder, where nothing is opened
            os.link(source.resolve(), aside)
        except OSError as error:
            found = f"{error.strerror}: {source}"
            raise refusal(target, found, "a source on the same drive", "leave --link, or move the source") from None
