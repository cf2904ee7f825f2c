"""The picture of the README: the hidden muscles of one subject, reconstructed, beside what they truly did."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.figure import Figure

from deepemg.joint.definition import load_joint
from deepemg.report import envelopes
from deepemg.signals.normalisation import reference_label


def readme_picture(results: Path, method: str = "nmm") -> Figure:
    """Figure 4, hidden muscles alone, of the first subject of a finished study; one fit for all loads, test trials.

    Raises FileNotFoundError where the study has no such fit.
    """
    subject = pd.read_csv(results / "tables" / "subjects.csv").iloc[0]
    folder = results / str(subject["subject"])
    held_out = pd.read_parquet(folder / "held_out.parquet")
    joint = load_joint(str(subject["arm"]))
    return envelopes.plot(
        pd.read_parquet(folder / "all" / method / "reconstruction.parquet"),
        pd.read_parquet(folder / "envelopes.parquet"),
        held_out,
        joint,
        method,
        value_label=reference_label([str(subject["emg_level"])]),
        muscles=[muscle for muscle in joint.muscle_names if muscle in held_out.columns],
    )
