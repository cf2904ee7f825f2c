"""Trials for a method out of the study's tables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from deepemg.reconstruct.contract import Contraction, Fitted, Trial

ALL_LOADS = "all"
UNSEEN = "not_"  # before a load label: a fit that has not seen that load


def make_contractions(table: pd.DataFrame) -> tuple[Contraction, ...]:
    """Isometric contractions of a subject; columns trial, role, angle_rad, torque_nm, observed muscles."""
    muscles = table.columns[4:]
    return tuple(
        Contraction(
            role=str(row["role"]),
            angle=float(row["angle_rad"]),
            torque=None if pd.isna(row["torque_nm"]) else float(row["torque_nm"]),
            envelopes={muscle: float(row[muscle]) for muscle in muscles},
        )
        for _, row in table.iterrows()
    )


def make_trials(
    kinematics: pd.DataFrame,
    torque: pd.DataFrame,
    envelopes: pd.DataFrame,
    contractions: pd.DataFrame | None = None,
    *,
    by_mvc: bool = True,
) -> tuple[Trial, ...]:
    """Trials of a subject; the first three tables share their rows.

    kinematics: trial, split, load, load_kg, time_s, angle_rad, velocity_rad_s; torque: trial, time_s, torque_nm;
    envelopes: trial, time_s, observed muscles; contractions as for `make_contractions`. Raises ValueError where the
    rows disagree.
    """
    isometric = () if contractions is None else make_contractions(contractions)
    rows_of = ["trial", "time_s"]
    if not all(kinematics[rows_of].equals(table[rows_of]) for table in (torque, envelopes)):
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
                torque=torque.loc[rows.index, "torque_nm"].to_numpy(),
                envelopes={muscle: envelopes.loc[rows.index, muscle].to_numpy() for muscle in muscles},
                contractions=isometric,
                by_mvc=by_mvc,
            )
        )
    return tuple(trials)


def at_load(trials: Iterable[Trial], load: str) -> tuple[tuple[Trial, ...], tuple[Trial, ...]]:
    """Trials to train on, and to reconstruct, for one load label, for all of them ("all"), or for one left out.

    "not_2kg" trains on every load but 2kg and reconstructs the trials with 2kg.
    """
    label = load.removeprefix(UNSEEN)
    shown = tuple(trial for trial in trials if label in (ALL_LOADS, trial.load_label))
    seen = tuple(trial for trial in trials if trial.load_label != label) if load.startswith(UNSEEN) else shown
    return tuple(trial for trial in seen if trial.split == "train"), shown


def reconstruct_trials(fitted: Fitted, trials: Iterable[Trial]) -> pd.DataFrame:
    """Reconstructions below each other: trial, split, load, time_s, torque_nm, each muscle with its band."""
    tables = []
    for trial in trials:
        table = fitted.reconstruct(trial).table()
        table.insert(0, "trial", trial.name)
        table.insert(1, "split", trial.split)
        table.insert(2, "load", trial.load_label)
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
