"""The study in a few numbers, for a machine: what `dvc metrics show` and `dvc metrics diff` read."""

from __future__ import annotations

import pandas as pd

from deepemg.report.score_panel import score_cells

WORST = {"rmse": "max", "crps": "max", "r": "min", "r2": "min", "coverage90": "min", "rmse_nm": "max"}
Numbers = dict[str, float | int]


def study_metrics(deep_emg: pd.DataFrame, torque: pd.DataFrame) -> dict[str, dict[str, Numbers]]:
    """Numbers by method, then by hidden muscle or "torque", of tables 4 and 3: fits per load, test trials.

    Of each score <score>_median, _mean and _worst over the cells (subject x load). Of a muscle too: best_in, the cells
    in which the method has the lowest RMSE, and cells, how many there are. A score that no cell has is left out.
    """
    deep, moments = (table[~table["pooled"]] for table in (score_cells(deep_emg), score_cells(torque)))
    found: dict[str, dict[str, Numbers]] = {}
    for method, rows in moments.groupby("method", sort=False):
        found[str(method)] = {"torque": _spread(rows)}
    for muscle, cells in deep.groupby("muscle", sort=False):
        lowest = cells.groupby(["subject", "load"])["rmse"].transform("min")
        for method, rows in cells.groupby("method", sort=False):
            best = {"best_in": int((rows["rmse"] <= lowest[rows.index]).sum()), "cells": len(rows)}
            found[str(method)] |= {str(muscle): _spread(rows) | best}
    return found


def _spread(rows: pd.DataFrame) -> Numbers:
    """Median, mean and worst cell of each score, to six digits."""
    numbers: Numbers = {}
    for score, worst in WORST.items():
        if score in rows and rows[score].notna().any():
            for name, statistic in {"median": "median", "mean": "mean", "worst": worst}.items():
                numbers[f"{score}_{name}"] = float(f"{rows[score].agg(statistic):.6g}")
    return numbers
