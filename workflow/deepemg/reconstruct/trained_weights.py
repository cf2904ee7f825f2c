"""Weights that are trained once for all subjects: a fit names their file by its digest, and finds it again by that."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import yaml

from deepemg.digest import file_digest
from deepemg.recordings.problems import Problem, RecordingError


def find_weights(expected: str, places: Iterable[Path]) -> Path:
    """The first of these files that has the digest which a fit names.

    Raises RecordingError, a ValueError of one line, where none has.
    """
    found: dict[Path, str] = {}
    for place in places:
        found[place] = f"weights {file_digest(place)}" if place.is_file() else "no such file"
        if found[place] == f"weights {expected}":
            return place
    place, first = next(iter(found.items()))
    fix = f"dvc checkout {place}.dvc, or name the file that has this digest: deepemg.load(<fit>, weights=<file>)"
    raise RecordingError(
        [Problem("DE-093", str(place), first, f"weights {expected}, which the fit was made with", fix)]
    )


def check_against_pointer(path: Path) -> None:
    """Hold a file against its digest in `<path>.dvc`, which stands in git; where there is none, against nothing.

    DVC itself does so only when it fetches the file. Raises RecordingError where it is another file.
    """
    pointer = Path(f"{path}.dvc")
    if not pointer.is_file():
        return
    expected, found = yaml.safe_load(pointer.read_text())["outs"][0]["md5"], file_digest(path)
    if found != expected:
        fix = f"dvc checkout --force {pointer}; or, where you trained it anew, dvc add {path}"
        raise RecordingError([Problem("DE-130", str(path), f"digest {found}", f"{expected}, as {pointer} says", fix)])
