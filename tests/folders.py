"""A small subject folder, and changes to its files; each test file has its own fixture around `make_folder`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import yaml

RATE = 1000  # Hz, of the EMG


def make_folder(data: Path) -> Path:
    """A small but complete subject folder P1 in `data`: two loads, biceps and lateral triceps, one MVC trial."""
    folder = data / "P1"
    folder.mkdir(parents=True)
    description = {
        "id": "P1", "joint": "elbow6", "format": "csv", "mass_kg": {"value": 70, "source": "measured"},
        "kinematics": {"column": "angle", "unit": "deg", "rate_hz": 100},
    }  # fmt: skip
    (folder / "subject.yaml").write_text(yaml.safe_dump(description))
    (folder / "channels.csv").write_text(
        "name,file,column,muscle,unit,kind,rate_hz,use\n"
        "bic,{emg_file},bic,BIC,uV,raw,1000,observed\n"
        "lat,{emg_file},lat,TRIlat,uV,raw,1000,observed\n"
    )
    rows = ["trial,role,load,load_unit,split,emg_file,kinematics_file"]
    rng = np.random.default_rng(0)
    for load in (0, 2):
        for split in ("train", "test"):
            name = f"{load}_{split}"
            rows.append(f"{name},movement,{load},kg,{split},{name}_emg.csv,{name}_angle.csv")
            width = rng.uniform(45, 50)  # no curl is the same twice
            angle = 60 - width * np.cos(2 * np.pi * 0.4 * np.arange(0, 4, 0.01))
            pd.DataFrame({"time": np.arange(400) / 100, "angle": angle}).to_csv(
                folder / f"{name}_angle.csv", index=False
            )
            emg = pd.DataFrame(rng.normal(0, 50, (4 * RATE, 2)).round(1), columns=["bic", "lat"])
            emg.to_csv(folder / f"{name}_emg.csv", index=False)
    rows.append("mvc,mvc,0,kg,,mvc_emg.csv,")
    pd.DataFrame(rng.normal(0, 300, (2 * RATE, 2)), columns=["bic", "lat"]).to_csv(folder / "mvc_emg.csv", index=False)
    (folder / "trials.csv").write_text("\n".join(rows) + "\n")
    return folder


def edit(path: Path, old: str, new: str) -> None:
    """Replace the first `old` in a file by `new`."""
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def add(path: Path, column: str, **cells: str) -> None:
    """Give trials of trials.csv (their names are the keys) a cell in a new last column."""
    table = pd.read_csv(path, dtype=str)
    table[column] = table["trial"].map(cells)
    table.to_csv(path, index=False)


def measured(folder: Path) -> None:
    """The MVC trial gets a file of its angle and its torque."""
    time = np.arange(0, 2, 0.01)
    table = pd.DataFrame({"time": time, "moment": 60 + np.sin(time), "angle": 90.0})
    table.to_csv(folder / "mvc_joint.csv", index=False)
    add(folder / "trials.csv", "torque_file", mvc="mvc_joint.csv")
    edit(folder / "trials.csv", "mvc_emg.csv,", "mvc_emg.csv,mvc_joint.csv")
    with (folder / "subject.yaml").open("a") as file:
        file.write("torque: {column: moment, unit: N m, rate_hz: 100}\n")
