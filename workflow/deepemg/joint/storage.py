"""OpenSim storage files (.sto, .mot): tab-separated columns behind a short header."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.atomic import written_aside
from deepemg.joint.definition import Joint


def write_storage(
    path: Path, time: np.ndarray, columns: dict[str, np.ndarray], *, name: str, in_degrees: bool = False
) -> None:
    """Write columns (T,) over time (T,), s. `version=1` is always written: without it OpenSim ignores `inDegrees`."""
    table = pd.DataFrame({"time": time, **columns})
    header = [
        name,
        "version=1",
        f"nRows={len(table)}",
        f"nColumns={table.shape[1]}",
        f"inDegrees={'yes' if in_degrees else 'no'}",
        "endheader",
    ]
    body = table.to_csv(sep="\t", index=False, float_format="%.12g", lineterminator="\n")
    with written_aside(path) as aside:
        aside.write_text("\n".join(header) + "\n" + body)


def write_excitations(path: Path, joint: Joint, time: np.ndarray, excitation: np.ndarray) -> None:
    """Write excitations (T, n_muscles) as controls that OpenSim's tools take, named by the path of the muscle."""
    columns = {f"/forceset/{name}": excitation[:, place] for place, name in enumerate(joint.muscle_names)}
    write_storage(path, time, columns, name="excitations")


def write_activations(path: Path, joint: Joint, time: np.ndarray, activation: np.ndarray) -> None:
    """Write activations (T, n_muscles) as states, named by the path of the state."""
    columns = {f"/forceset/{name}/activation": activation[:, place] for place, name in enumerate(joint.muscle_names)}
    write_storage(path, time, columns, name="activations")


def write_moment(path: Path, joint: Joint, time: np.ndarray, moment: np.ndarray) -> None:
    """Write the joint moment (T,), N m, in the form of the inverse dynamics tool."""
    write_storage(path, time, {f"{joint.coordinate}_moment": moment}, name="inverse_dynamics")


def read_storage(path: Path) -> pd.DataFrame:
    """Columns of a storage file, `time` first. Raises ValueError where header and rows disagree."""
    lines = path.read_text().splitlines()
    try:
        end = next(i for i, line in enumerate(lines) if line.strip().lower() == "endheader")
    except StopIteration:
        raise ValueError(f"{path}: no 'endheader' line") from None
    header = dict(line.split("=", 1) for line in lines[:end] if "=" in line)
    table = pd.read_csv(path, sep="\t", skiprows=end + 1)
    expected = int(header.get("nRows", len(table)))
    if len(table) != expected:
        raise ValueError(f"{path}: header says {expected} rows, found {len(table)}")
    return table
