"""Inverse-dynamics torque of all movement trials of a subject, beside its kinematics row by row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.joint.definition import Joint
from deepemg.joint.opensim import inverse_dynamics
from deepemg.joint.storage import write_moment

PAUSE_S = 1.0  # between trials on the one clock of an OpenSim storage file


def subject_torque(joint: Joint, kinematics: pd.DataFrame) -> pd.DataFrame:
    """trial, time_s and torque_nm (N m), trial by trial with the trial's own load and posture, rows as `kinematics`."""
    moments = []
    for _, rows in kinematics.groupby("trial", sort=False):
        time, angle = rows["time_s"].to_numpy(), rows["angle_rad"].to_numpy()
        first = rows.iloc[0]
        posed = joint.in_posture(first["posture"] or None)
        moments.append(inverse_dynamics(posed, time, angle, load_kg=float(first["load_kg"])))
    return kinematics[["trial", "time_s"]].assign(torque_nm=np.concatenate(moments))


def write_torque(path: Path, joint: Joint, torque: pd.DataFrame) -> None:
    """The same for OpenSim: a storage file holds one rising time column, so trials follow each other with a pause."""
    clocks, start = [], 0.0
    for _, rows in torque.groupby("trial", sort=False):
        time = rows["time_s"].to_numpy()
        clocks.append(start + time - time[0])
        start = float(clocks[-1][-1]) + PAUSE_S
    write_moment(path, joint, np.concatenate(clocks), torque["torque_nm"].to_numpy())
