"""Where in the curl a muscle comes out too high or too low: a row per method, a column per phase."""

from __future__ import annotations

import pandas as pd

from deepemg.evaluate.phases import PHASES

KINDS = {"bias": "as it is", "bias_without_level": "level taken out"}


def over_phases(cells: pd.DataFrame, methods: list[str]) -> pd.DataFrame:
    """Text: median, mean over the cells of one muscle, as it is and with the level taken out, for each method.

    `cells` are rows of `deep_emg_by_phase.csv` from `score_cells`; "" where no cell has samples of a phase.
    """
    rows = []
    for method in methods:
        own = cells[cells["method"] == method]
        for column, kind in KINDS.items():
            values = {phase: own.loc[own["phase"] == phase, column].dropna() for phase in PHASES}
            told = {phase: f"{v.median():+.2f}, {v.mean():+.2f}" if len(v) else "" for phase, v in values.items()}
            rows.append({"method": method, "reconstruction": kind} | told)
    return pd.DataFrame(rows)
