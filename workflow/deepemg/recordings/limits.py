"""How much of a file is read (limits.yaml: values, units, reasons), and the problem of one that is beyond."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from deepemg.recordings.problems import Problem

FILE = Path(__file__).with_name("limits.yaml")
UNITS = {"MB": 10**6, "million": 10**6, "letters": 1, "1": 1}


@cache
def limits() -> dict[str, dict[str, Any]]:
    """value, unit and reason of every limit."""
    return dict(yaml.safe_load(FILE.read_text(encoding="utf-8")))


def limit(name: str) -> int:
    """A limit in bytes, letters, or as a number of things."""
    entry = limits()[name]
    return int(entry["value"] * UNITS[entry["unit"]])


def most_unpacked(packed: int) -> int:
    """Bytes that a file of `packed` bytes may unpack to."""
    return max(limit("unpacked_always"), limit("unpacked_ratio") * packed)


def said(size: float) -> str:
    """Bytes as people read them: 300 MB, 0.1 MB."""
    return f"{size / 10**6:.3g} MB"


def too_large(path: Path, found: str, expected: str, fix: str = "") -> Problem:
    """A file, or what is in it, that is larger than what is read."""
    fix = fix or "cut the recording into a file for each trial, or export it as EDF, C3D or MATLAB"
    return Problem("DE-047", str(path), found, expected, fix)
