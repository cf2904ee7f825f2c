"""Small sound subject folders; what is done to their subject.yaml and their sheets is in `mutated_words`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import yaml

from deepemg.audit.fuzz_text import Text
from deepemg.audit.mutated_bytes import Random

EMG_HZ, ANGLE_HZ, LASTING_S = 1000, 100, 1.5
SHEETS = ("channels.csv", "trials.csv")


@dataclass(frozen=True)
class Folder:
    """A subject folder: subject.yaml, its two sheets, and the bytes of its signal files by name."""

    description: str
    sheets: dict[str, Text]
    signals: dict[str, bytes]


def sound_folders() -> dict[str, Folder]:
    """Two subjects: one with an angle and two channels, one with markers, a torque and a hidden channel."""
    return {"folder": _plain(), "folder, markers and torque": _markers()}


def _csv(names: str, columns: list[np.ndarray]) -> bytes:
    rows = "\n".join(",".join(f"{value:.3f}" for value in row) for row in zip(*columns, strict=True))
    return f"{names}\n{rows}\n".encode()


def _curl(random: Random) -> tuple[np.ndarray, np.ndarray]:
    time = np.arange(0, LASTING_S, 1 / ANGLE_HZ)
    return time, 60 - random.uniform(40, 50) * np.cos(2 * np.pi * time / LASTING_S)


def _emg(random: Random, names: str, rms: float = 50.0) -> bytes:
    count = names.count(",") + 1
    return _csv(names, list(random.normal(0, rms, (count, int(EMG_HZ * LASTING_S)))))


def _plain() -> Folder:
    random = np.random.default_rng(0)
    description = {
        "id": "P1", "joint": "elbow6", "mass_kg": {"value": 70, "source": "measured"}, "height_m": 1.75, "side": "left",
        "kinematics": {"column": "angle", "unit": "deg", "rate_hz": ANGLE_HZ, "sign": 1, "offset_deg": 0.5},
    }  # fmt: skip
    signals = {"mvc_emg.csv": _emg(random, "bic,lat", 300)}
    rows = []
    for name, load, split in (("0_train", 0, "train"), ("0_test", 0, "test"), ("2_train", 2, "train")):
        signals[f"{name}_emg.csv"] = _emg(random, "bic,lat")
        signals[f"{name}_angle.csv"] = _csv("time,angle", list(_curl(random)))
        rows.append(f"{name},movement,{load},kg,{split},{name}_emg.csv,{name}_angle.csv")
    channels = Text(
        "name,file,column,muscle,unit,kind,rate_hz,use",
        ("bic,{emg_file},bic,BIC,uV,raw,1000,observed", "lat,{emg_file},lat,TRIlat,uV,raw,1000,observed"),
    )
    trials = Text("trial,role,load,load_unit,split,emg_file,kinematics_file", (*rows, "mvc,mvc,0,kg,,mvc_emg.csv,"))
    return _folder(description, channels, trials, signals)


def _folder(description: dict[str, Any], channels: Text, trials: Text, signals: dict[str, bytes]) -> Folder:
    text = yaml.safe_dump(description, sort_keys=False)
    return Folder(text, dict(zip(SHEETS, (channels, trials), strict=True)), signals)


def _markers() -> Folder:
    """The angle of markers, and a torque, in one file of each trial."""
    random = np.random.default_rng(1)
    description = {
        "id": "P1", "joint": "elbow7", "sex": "female", "clock": {"column": "time", "unit": "s"},
        "kinematics": {"file": "{trial}_joint.csv", "markers": dict(proximal="SHO", joint=["EL", "EM"], distal="WRI")},
        "torque": {"column": "moment", "unit": "N m", "rate_hz": ANGLE_HZ, "offset_nm": 0.5},
    }  # fmt: skip
    signals, rows = {}, []
    for name, role, load, more in (
        ("a", "movement", "1,5", "train;;0;1,2"), ("b", "movement", "1,5", "test;;;"),
        ("hold", "hold", "2", ";hold_joint.csv;;"), ("mvc", "mvc", "", ";mvc_joint.csv;;"), ("rest", "rest", "", ";;;"),
    ):  # fmt: skip
        time, angle = _curl(random)
        bend, zero = np.deg2rad(angle), np.zeros(len(time))
        columns = [time, zero, zero, zero + 300, *[zero, zero, zero] * 2, 250 * np.sin(bend), zero, -250 * np.cos(bend)]
        columns[5], columns[8] = zero + 20, zero - 20
        names = ",".join(f"{marker}_{axis}" for marker in ("SHO", "EL", "EM", "WRI") for axis in "xyz")
        signals[f"{name}_joint.csv"] = _csv(f"time,{names},moment", [*columns, 20 + np.sin(time)])
        signals[f"{name}_emg.csv"] = _emg(random, "bic,lat,brd", 300 if role == "mvc" else 50)
        rows.append(f"{name};{role};{load};kg?;{more}")
    own = (("bic", "bic", "BIC", "observed"), ("lat", "#2", "TRIlat", "observed"), ("brd", "brd", "BRD", "held_out"))
    channels = Text(
        "name;file;column;muscle;unit;kind;rate_hz;use;format",
        tuple(f"{name};{{trial}}_emg.csv;{column};{muscle};uV;raw;1000;{use};csv" for name, column, muscle, use in own),
        ";",
        ends=("\r\n",),
        encoding="utf-8-sig",
    )
    trials = Text("trial;role;load;load_unit;split;torque_file;start_s;end_s", tuple(rows), ";", ends=("\r\n",))
    return _folder(description, channels, trials, signals)
