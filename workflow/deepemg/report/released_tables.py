"""The tables of a study: what names a row of each, and how to read them so that no digit is lost."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

import pandas as pd

from deepemg.reconstruct.fits import FIT

KEYS: dict[str, tuple[str, ...]] = {  # columns that name a row; all others hold values
    "subjects": ("subject",),
    "parameters": (*FIT, "muscle", "parameter"),
    "torque": (*FIT, "split", "trial_load"),
    "deep_emg": ("subject", "load", "muscle", "method", "split", "trial_load"),
    "deep_emg_by_phase": ("subject", "load", "muscle", "method", "split", "trial_load", "phase"),
}


def read_cells(file: Path | TextIO) -> pd.DataFrame:
    """Every cell of a table as it is written; a number's text is the shortest that gives its bits back."""
    return pd.read_csv(file, dtype=str, keep_default_na=False)


def fits_of(tables: Path) -> list[tuple[str, ...]]:
    """subject, load and method of every fit that made the tables: each has parameters."""
    rows = read_cells(tables / "parameters.csv")[list(FIT)].drop_duplicates()
    return list(rows.itertuples(index=False, name=None))
