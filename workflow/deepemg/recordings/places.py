"""Nothing outside the subject folder and the declared folder of recordings is opened, whatever the texts name.

A folder that somebody sent may name `/etc/passwd`, climb out by `..`, or hold a link to either, and a pipe in it would
keep whoever opens it waiting for ever.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path

from deepemg.recordings.problems import Problem, RecordingError

FIX = "copy the file into the subject's folder; or name the folder that holds all signal files (recordings)"


def is_inside(path: Path, folders: Iterable[Path]) -> bool:
    """Whether a path ends in one of these folders, once its links and its `..` are followed."""
    try:
        real = os.path.realpath(path)
        return any(os.path.commonpath([real, base]) == base for base in map(os.path.realpath, folders))
    except ValueError:  # no name of a file has a NUL
        return False


def fault_of_place(path: Path, folders: Iterable[Path]) -> Problem | None:
    """Why a file is not to be opened: it lies elsewhere, or is no file but a pipe or a device. None where it may be."""
    if not is_inside(path, folders):
        expected = "a file in the subject's folder, or in that of the recordings"
        return Problem("DE-045", str(path), "a place outside of them", expected, FIX)
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return None  # whoever opens it tells that it is not there
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        return Problem("DE-045", str(path), "a pipe or a device", "a file", "name the file that holds the samples")
    return None


def check_place(path: Path, folders: Iterable[Path]) -> None:
    """Raises RecordingError where a file is not to be opened."""
    if fault := fault_of_place(path, folders):
        raise RecordingError([fault])
