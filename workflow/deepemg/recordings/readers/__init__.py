"""Readers of signal files, one module per format, chosen by what a file holds and not by its name.

Each has `NAME`, `recognises(head, path)` for the first bytes of a file, and `contents(path, head_only=)`.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from types import ModuleType

from deepemg.recordings.contents import Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers import (
    c3d,
    csv,
    edf,
    emgworks,
    lvm,
    mat,
    noraxon_mr3,
    opensim_storage,
    trc,
    trigno_discover,
    vicon_nexus,
    xdf,
    xlsx,
)
from deepemg.recordings.readers.foreign import foreign_format
from deepemg.recordings.readers.text import read_bytes

# In the order in which they are asked; a table of text is what is left.
BINARY = (c3d, edf, mat, xlsx, xdf)
TEXT = (noraxon_mr3, trigno_discover, emgworks, vicon_nexus, opensim_storage, trc, lvm, csv)
READERS: dict[str, ModuleType] = {module.NAME: module for module in (*BINARY, *TEXT)}
LONGEST_NAME = 500  # letters of what a column, its sensor and its unit are called: they are told where one is missing
KEPT = 6  # files whose columns are kept while a subject is read: text takes ten times its size on disk


def format_of(path: Path, declared: str | None = None) -> str:
    """Name of a file's format: the declared one, or what its first bytes are. Raises RecordingError for none known."""
    if declared:
        return declared
    head = read_bytes(path, head_only=True)
    for name, reader in READERS.items():
        if reader is not csv and reader.recognises(head, path):
            return name
    if foreign := foreign_format(head, path):
        raise RecordingError([Problem("DE-044", str(path), *foreign)])
    if csv.recognises(head, path):
        return csv.NAME
    found, known = "no format that is known by its first bytes", ", ".join(READERS)
    raise RecordingError([Problem("DE-044", str(path), found, f"one of {known}", "export it as CSV, C3D or EDF")])


def open_file(path: Path, declared: str | None = None, *, head_only: bool = False) -> Contents:
    """Columns of a signal file. Raises RecordingError where it cannot be read."""
    try:
        state = path.stat()
    except OSError as error:
        found = error.strerror or str(error)
        raise RecordingError([Problem("DE-051", str(path), found, "a file that can be read", "correct it")]) from None
    if not path.is_file():
        raise RecordingError([Problem("DE-051", str(path), "a folder", "a file", "name the file in it")])
    return _open(path, state.st_mtime_ns, state.st_size, declared, head_only)


@lru_cache(maxsize=KEPT)
def _open(path: Path, _changed: int, _size: int, declared: str | None, head_only: bool) -> Contents:
    found: Contents = READERS[format_of(path, declared)].contents(path, head_only=head_only)
    said = [text for column in found.columns for text in (column.name, column.source, column.unit) if text]
    longest = max(map(len, said), default=0)
    if longest > LONGEST_NAME:
        text, fix = f"a column whose name has {longest} letters", "export the file again: it is damaged"
        raise RecordingError([Problem("DE-051", str(path), text, f"names of {LONGEST_NAME} letters at most", fix)])
    return found
