"""Inverse-dynamics torque of all movement trials of a subject, beside its kinematics row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.arm.definition import Arm
from deepemg.arm.opensim import inverse_dynamics
from deepemg.arm.storage import read_storage


def subject_torque(arm: Arm, kinematics: pd.DataFrame) -> np.ndarray:
    """Joint moment (rows of `kinematics`,), N m, trial by trial with the trial's own load and posture."""
    moments = []
    for _, rows in kinematics.groupby("trial", sort=False):
        time, angle = rows["time_s"].to_numpy(), rows["angle_rad"].to_numpy()
        first = rows.iloc[0]
        posed = arm.in_posture(first["posture"] or None)
        moments.append(inverse_dynamics(posed, time, angle, load_kg=float(first["load_kg"])))
    return np.concatenate(moments)


def read_torque(path: Path, kinematics: pd.DataFrame) -> pd.DataFrame:
    """trial, time_s, torque_nm out of a storage file that shares the rows of `kinematics`.

    Raises ValueError where the clocks differ.
    """
    table = read_storage(path)
    if not np.allclose(table["time"], kinematics["clock_s"], rtol=0, atol=1e-9):
        raise ValueError(f"{path} does not share the clock of the kinematics")
    moment = next(column for column in table.columns if column.endswith("_moment"))
    return kinematics[["trial", "time_s"]].assign(torque_nm=table[moment].to_numpy())
