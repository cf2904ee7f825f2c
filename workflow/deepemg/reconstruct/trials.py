"""Trials for a method out of the study's tables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from deepemg.reconstruct.contract import Trial

ALL_LOADS = "all"


def make_trials(kinematics: pd.DataFrame, torque_nm: pd.Series, envelopes: pd.DataFrame) -> tuple[Trial, ...]:
    """Trials of a subject; the three tables share their rows.

    kinematics: trial, split, load, load_kg, time_s, angle_rad, velocity_rad_s; envelopes: trial, time_s, observed
    muscles. Raises ValueError where the rows disagree.
    """
    if not (
        kinematics[["trial", "time_s"]].equals(envelopes[["trial", "time_s"]]) and len(torque_nm) == len(kinematics)
    ):
        raise ValueError("kinematics, torque and envelopes do not share their rows")
    muscles = [column for column in envelopes.columns if column not in ("trial", "time_s")]
    trials = []
    for name, rows in kinematics.groupby("trial", sort=False):
        first = rows.iloc[0]
        trials.append(
            Trial(
                name=str(name),
                split=str(first["split"]),
                load_label=str(first["load"]),
                load_kg=float(first["load_kg"]),
                time_s=rows["time_s"].to_numpy(),
                angle=rows["angle_rad"].to_numpy(),
                velocity=rows["velocity_rad_s"].to_numpy(),
                torque=torque_nm.loc[rows.index].to_numpy(),
                envelopes={muscle: envelopes.loc[rows.index, muscle].to_numpy() for muscle in muscles},
            )
        )
    return tuple(trials)


def at_load(trials: Iterable[Trial], load: str) -> tuple[Trial, ...]:
    """Trials with one load label, or all of them for the load "all"."""
    return tuple(trial for trial in trials if load in (ALL_LOADS, trial.load_label))
