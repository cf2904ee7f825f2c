"""Files of plain data and tensors: models and weights. Nothing that stands in one is executed."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import torch

from deepemg.atomic import written_aside


def write_tensors(path: str | Path, state: dict[str, Any]) -> None:
    """Write plain data and tensors; the same content gives the same bytes."""
    buffer = io.BytesIO()  # torch writes the name of the file into the file; a buffer has none
    torch.save(state, buffer)
    with written_aside(path) as aside:
        aside.write_bytes(buffer.getvalue())


def read_tensors(path: str | Path, expected: str) -> dict[str, Any]:
    """What `write_tensors` wrote; `expected` says in an error what the file should be.

    Raises FileNotFoundError, and ValueError, in one line, where it is no such file.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; expected {expected}")
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
