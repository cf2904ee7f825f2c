"""Check subject folders before anything runs: every problem at once, nothing read but text files and headers."""

from __future__ import annotations

from pathlib import Path

from deepemg.recordings.check_files import check_files
from deepemg.recordings.check_names import check_names
from deepemg.recordings.check_texts import check_texts
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.subject import read_subject


def find_subjects(data: Path) -> tuple[Path, ...]:
    """Folders below `data` that hold a subject.yaml, in alphabetical order."""
    return tuple(sorted(path.parent for path in data.glob("*/subject.yaml")))


def check_folder(folder: Path, recordings: Path | None = None, *, band_high_hz: float) -> list[Problem]:
    """Every problem of a subject folder: text files against their schemas, then names and units, then signal files.

    `band_high_hz` is the upper edge of the EMG band, which each raw channel's rate has to hold.
    """
    problems = list(check_texts(folder))
    if problems:
        return problems
    subject = read_subject(folder, recordings)
    problems = list(check_names(subject, band_high_hz=band_high_hz))
    return problems + list(check_files(subject))


def check_folders(folders: tuple[Path, ...], recordings: Path | None = None, *, band_high_hz: float) -> None:
    """Raise RecordingError with the problems of all folders together."""
    problems = [
        problem for folder in folders for problem in check_folder(folder, recordings, band_high_hz=band_high_hz)
    ]
    if problems:
        raise RecordingError(problems)
