"""`python -m deepemg.report.release <results> <released> <README>`: publish tables and figures of a run."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pandas as pd

from deepemg.arm.definition import load_arm
from deepemg.report.summary import summary_markdown, with_summary
from deepemg.signals.normalisation import level_label


def muscle_labels(tables: Path) -> dict[str, str]:
    """Labels of the hidden muscles of table 4, from the arms of table 1."""
    arms = [load_arm(name) for name in pd.read_csv(tables / "subjects.csv")["arm"].unique()]
    labels = {muscle.name: muscle.label for arm in arms for muscle in arm.muscles}
    return {name: labels[name] for name in pd.read_csv(tables / "deep_emg.csv")["muscle"].unique()}


def released_summary(tables: Path) -> str:
    """The README's summary of a folder of tables."""
    levels = sorted(pd.read_csv(tables / "subjects.csv")["emg_level"].unique())
    return summary_markdown(
        pd.read_csv(tables / "deep_emg.csv"),
        pd.read_csv(tables / "torque.csv"),
        muscle_labels(tables),
        value_label=level_label(levels),
    )


def release(results: Path, released: Path, readme: Path) -> None:
    """Copy tables and PNG figures, and write the summary of the copied tables into the README."""
    for folder, pattern in (("tables", "*.csv"), ("figures", "*.png")):
        target = released / folder
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted((results / folder).glob(pattern)):
            shutil.copyfile(file, target / file.name)
    readme.write_text(with_summary(readme.read_text(), released_summary(released / "tables")))


if __name__ == "__main__":
    release(*map(Path, sys.argv[1:4]))
