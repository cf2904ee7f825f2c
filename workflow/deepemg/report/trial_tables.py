"""Tables of the test trials, and of the quality of the signals, as the figures and the page take them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from deepemg.parquet import read_parquet
from deepemg.reconstruct.fits import fit_names
from deepemg.report.shown import shown

# What the page shows of quality.json; the flags say the rest.
CHANNELS = ["trial", "channel", "rms_uv", "median_frequency_hz", "power_in_band", "flags"]
ANGLES = ["trial", "min_deg", "max_deg", "speed_deg_s", "outside_joint", "flags"]


def quality_of_signals(quality_file: str) -> dict[str, pd.DataFrame]:
    """`quality` of the recorded channels and `angles` of the movements, a row each, as the page takes them."""
    quality = json.loads(Path(quality_file).read_text())
    return {
        "quality": pd.DataFrame(quality["channels"], columns=CHANNELS),
        "angles": pd.DataFrame(quality["kinematics"], columns=ANGLES),
    }


def durations_of_trials(kinematics_file: str, quality_file: str) -> dict[str, float]:
    """How long trials were recorded (s): movements by their angle, others by raw EMG, where they have some."""
    times = read_parquet(kinematics_file, columns=["trial", "time_s"]).groupby("trial")["time_s"]
    raw = pd.DataFrame(json.loads(Path(quality_file).read_text())["channels"], columns=["trial", "duration_s"])
    found = raw.groupby("trial")["duration_s"].max().to_dict() | (times.max() - times.min()).to_dict()
    return {str(trial): float(duration) for trial, duration in found.items()}


def torque_of_tests(kinematics_file: str, torque_file: str) -> pd.DataFrame:
    """subject, load, trial, time_s, torque_nm of the test trials of one subject, by inverse dynamics."""
    kinematics = read_parquet(kinematics_file)
    torque = read_parquet(torque_file)
    table = kinematics[["split", "load", "trial", "time_s"]].assign(torque_nm=torque["torque_nm"])
    table.insert(0, "subject", Path(kinematics_file).parent.name)
    return shown(table).drop(columns="split")


def reconstructed_torque_of_tests(files: Iterable[str]) -> pd.DataFrame:
    """subject, load (of the trial), method, trial, time_s, torque_nm of the test trials of several fits."""
    tables = []
    for file in files:
        names = fit_names(file)
        table = read_parquet(file, columns=["split", "load", "trial", "time_s", "torque_nm"])
        table = shown(table).drop(columns="split")
        tables.append(table.assign(subject=names["subject"], method=names["method"]))
    return pd.concat(tables)
