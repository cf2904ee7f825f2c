"""A Recording out of the study's tables."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from deepemg.joint.definition import Joint
from deepemg.parquet import read_parquet
from deepemg.recordings.subject import SubjectFolder
from deepemg.signals.recording import Contraction, Recording, Reference, Trial, envelope_matrix
from deepemg.signals.settings import EnvelopeSettings
from deepemg.spreadsheet import as_written, without_formulas


def make_contractions(table: pd.DataFrame, joint: Joint) -> tuple[Contraction, ...]:
    """Isometric contractions of a subject; columns trial, role, pronated, angle_rad, torque_nm, observed muscles."""
    muscles = [name for name in joint.muscle_names if name in table]
    return tuple(
        Contraction(
            role=str(row["role"]),
            angle=float(row["angle_rad"]),
            torque=None if pd.isna(row["torque_nm"]) else float(row["torque_nm"]),
            envelopes=envelope_matrix(joint.muscle_names, {muscle: float(row[muscle]) for muscle in muscles}),
            pronated=bool(row["pronated"]),
        )
        for _, row in table.iterrows()
    )


def make_trials(
    joint: Joint, kinematics: pd.DataFrame, torque: pd.DataFrame, envelopes: pd.DataFrame
) -> tuple[Trial, ...]:
    """Trials of a subject; the three tables share their rows.

    kinematics: trial, split, load, load_kg, time_s, angle_rad, velocity_rad_s; torque: trial, time_s, torque_nm;
    envelopes: trial, time_s, observed muscles. Raises ValueError where the rows disagree.
    """
    rows_of = ["trial", "time_s"]
    if not all(kinematics[rows_of].equals(table[rows_of]) for table in (torque, envelopes)):
        raise ValueError("kinematics, torque and envelopes do not share their rows")
    muscles = [column for column in envelopes.columns if column not in rows_of]
    trials = []
    for name, rows in kinematics.groupby("trial", sort=False):
        first = rows.iloc[0]
        columns = {muscle: envelopes.loc[rows.index, muscle].to_numpy() for muscle in muscles}
        trials.append(
            Trial(
                name=str(name),
                split=str(first["split"]),
                load_label=str(first["load"]),
                load_kg=float(first["load_kg"]),
                time_s=rows["time_s"].to_numpy(copy=True),
                angle=rows["angle_rad"].to_numpy(copy=True),
                velocity=rows["velocity_rad_s"].to_numpy(copy=True),
                torque=torque.loc[rows.index, "torque_nm"].to_numpy(copy=True),
                envelopes=envelope_matrix(joint.muscle_names, columns, len(rows)),
                muscles=joint.muscle_names,
            )
        )
    return tuple(trials)


def make_recording(
    joint: Joint,
    kinematics: pd.DataFrame,
    torque: pd.DataFrame,
    envelopes: pd.DataFrame,
    contractions: pd.DataFrame,
    *,
    reference: Reference,
    signals: EnvelopeSettings,
) -> Recording:
    """Everything a method sees of a subject; tables as for `make_trials` and `make_contractions`."""
    trials = make_trials(joint, kinematics, torque, envelopes)
    return Recording(joint, trials, make_contractions(contractions, joint), reference, signals)


def read_recording(subject: SubjectFolder, files: Mapping[str, Any], signals: EnvelopeSettings) -> Recording:
    """The recording of a subject out of the study's files `kinematics`, `torque`, `envelopes`, `contractions`."""
    kinematics, torque, envelopes = (read_parquet(files[name]) for name in ("kinematics", "torque", "envelopes"))
    contractions = pd.read_csv(files["contractions"])
    joint, reference = subject.scaled_joint(), subject.reference
    return make_recording(joint, kinematics, torque, envelopes, contractions, reference=reference, signals=signals)


def write_levels(levels: pd.DataFrame, path: str | Path) -> None:
    """levels.csv: channel, level, unit, reference. Names of channels are the lab's, and no formulas in it."""
    without_formulas(levels).to_csv(path, index=False)


def read_levels(path: str | Path) -> pd.DataFrame:
    """What `write_levels` was given, to the last digit; a channel called 1 or NA is a name all the same."""
    gaps = {"level": ["", "nan"]}
    table = pd.read_csv(
        path, float_precision="round_trip", dtype={"channel": str}, keep_default_na=False, na_values=gaps
    )
    return table.assign(channel=table["channel"].map(as_written))
