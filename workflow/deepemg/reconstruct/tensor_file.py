"""Files of plain data and tensors: models and weights. Nothing that stands in one is executed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from deepemg.atomic import written_aside
from deepemg.recordings.problems import Problem, RecordingError


def write_tensors(path: str | Path, state: dict[str, Any]) -> None:
    """Write plain data and tensors; the same content gives the same bytes."""
    buffer = io.BytesIO()  # torch writes the name of the file into the file; a buffer has none
    torch.save(state, buffer)
    with written_aside(path) as aside:
        aside.write_bytes(buffer.getvalue())


def read_tensors(path: str | Path, expected: str) -> dict[str, Any]:
    """What `write_tensors` wrote; `expected` says in an error what the file should be.

    Raises FileNotFoundError, and ValueError, in one line, where it is no such file, or (DE-130) a damaged one.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; expected {expected}")
    if damage := _damage(Path(path)):
        fix = "make the file again, or fetch it (dvc checkout --force, where DVC keeps it)"
        raise RecordingError([Problem("DE-130", str(path), damage, f"{expected}, undamaged", fix)])
    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(part.file_size for part in archive.infolist())
        if unpacked > Path(path).stat().st_size:  # torch packs nothing: who does means to fill the memory
            raise ValueError("a packed file")
        state = torch.load(path, weights_only=True)
    except Exception as error:  # torch and pickle tell in many ways what a file is not
        raise ValueError(f"{path}: found no file of plain data and tensors; expected {expected}") from error
    if not isinstance(state, dict):
        raise ValueError(f"{path}: found a {type(state).__name__}; expected {expected}")
    return state


def _damage(path: Path) -> str:
    """What of the file is not what was written, by its own checksums: torch writes them and does not read them."""
    with path.open("rb") as file:
        if file.read(4) != b"PK\x03\x04":
            return ""  # no such archive; what else it is, torch says
    try:
        with zipfile.ZipFile(path) as archive:
            part = archive.testzip()
    except Exception as error:  # zipfile tells in many ways what an archive is not
        return f"a damaged file ({str(error).splitlines()[0] if str(error) else type(error).__name__})"
    return f"a damaged file (checksum of {part})" if part else ""
