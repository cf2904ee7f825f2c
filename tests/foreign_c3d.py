"""C3D files written and read by ezc3d, in a process of its own: beside it, OpenSim's tables cannot be made any more.

Both are made by SWIG, which keeps one table of C++ types for all libraries of a process.
"""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np


@cache
def _process() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=get_context("spawn"))


def write(path: Path, points: np.ndarray, labels: list[str], *, first: int = 0, **analog: Any) -> Path:
    """Markers (4, n, T) at 100 Hz in mm and, where they are given, `analogs` (1, n, T) with their `names`."""
    return _process().submit(_write, path, points, labels, first, analog).result()


def read(path: Path) -> dict[str, Any]:
    """points, analogs and labels as ezc3d reads them."""
    return _process().submit(_read, path).result()


def _write(path: Path, points: np.ndarray, labels: list[str], first: int, analog: dict[str, Any]) -> Path:
    import ezc3d

    file = ezc3d.c3d()
    file["header"]["points"]["first_frame"] = first
    parameters = file["parameters"]
    parameters["POINT"]["RATE"]["value"] = [100.0]
    parameters["POINT"]["UNITS"]["value"] = ["mm"]
    parameters["POINT"]["LABELS"]["value"] = labels
    file["data"]["points"] = points
    if analog:
        parameters["ANALOG"]["RATE"]["value"] = [1000.0]
        parameters["ANALOG"]["UNITS"]["value"] = ["V"] * len(analog["names"])
        parameters["ANALOG"]["LABELS"]["value"] = analog["names"]
        file["data"]["analogs"] = analog["analogs"]
    file.write(str(path))
    return path


def _read(path: Path) -> dict[str, Any]:
    import ezc3d

    file = ezc3d.c3d(str(path))
    data, labels = file["data"], file["parameters"]["POINT"]["LABELS"]["value"]
    return {"points": np.array(data["points"]), "analogs": np.array(data["analogs"]), "labels": list(labels)}
