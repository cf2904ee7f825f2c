"""Readers of signal files, one module per format: `header(path)` and `read(path, column, rate_hz=, part=)`."""

from pathlib import Path
from types import ModuleType

from deepemg.recordings.readers import csv, edf, noraxon_mr3

READERS: dict[str, ModuleType] = {"csv": csv, "edf": edf, "noraxon_mr3": noraxon_mr3}
SUFFIXES: dict[str, ModuleType] = {".edf": edf, ".bdf": edf}


def reader_of(declared: str, path: Path) -> ModuleType:
    """Reader of one signal file: that of the declared format, unless the file's suffix says EDF or BDF."""
    return SUFFIXES.get(path.suffix.lower(), READERS[declared])
