"""Tables and figures of a finished study, published; and the summary of what was published."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd

from deepemg.joint.definition import load_joint
from deepemg.report.summary import summary_markdown
from deepemg.signals.normalisation import reference_label


def muscle_labels(tables: Path) -> dict[str, str]:
    """Labels of the hidden muscles of table 4, from the joints of table 1."""
    joints = [load_joint(name) for name in pd.read_csv(tables / "subjects.csv")["arm"].unique()]
    labels = {muscle.name: muscle.label for joint in joints for muscle in joint.muscles}
    return {name: labels[name] for name in pd.read_csv(tables / "deep_emg.csv")["muscle"].unique()}


def released_summary(tables: Path) -> str:
    """The README's summary of a folder of tables."""
    references = sorted(pd.read_csv(tables / "subjects.csv")["emg_level"].unique())
    return summary_markdown(
        pd.read_csv(tables / "deep_emg.csv"),
        pd.read_csv(tables / "torque.csv"),
        muscle_labels(tables),
        value_label=reference_label(references),
    )


def release(results: Path, released: Path) -> None:
    """Copy the tables and the PNG figures of a finished study. Raises FileNotFoundError where there are none."""
    if not (results / "tables").is_dir():
        raise FileNotFoundError(f"{results}/tables: no such folder; expected the results of a finished study")
    for folder, pattern in (("tables", "*.csv"), ("figures", "*.png")):
        target = released / folder
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted((results / folder).glob(pattern)):
            shutil.copyfile(file, target / file.name)
