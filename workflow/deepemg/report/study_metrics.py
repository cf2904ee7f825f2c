"""The study in a few numbers, for a machine: what `dvc metrics show` and `dvc metrics diff` read."""

from __future__ import annotations

import pandas as pd

from deepemg.report.over_cells import ENOUGH, best_in, errors_of, worst
from deepemg.report.score_panel import score_cells

SCORES = ("rmse", "crps", "r", "r2", "coverage90", "level", "peak", "slope", "rmse_nm")
Numbers = dict[str, float | int]


def study_metrics(
    deep_emg: pd.DataFrame, torque: pd.DataFrame, by_phase: pd.DataFrame | None = None
) -> dict[str, dict[str, Numbers]]:
    """Numbers by method, then by hidden muscle or "torque", of tables 4, 3 and 5: fits per load, test trials.

    Of each score <score>_median, _mean and _worst over the cells (subject x load). Of a muscle too: cells, how many
    there are, best_in, those in which the method has the lowest RMSE, covered, those whose band covers ENOUGH, and
    bias_<phase>_median and _mean. A score that no cell has is left out.
    """
    deep, moments = (table[~table["pooled"]] for table in (score_cells(deep_emg), score_cells(torque)))
    found: dict[str, dict[str, Numbers]] = {}
    for method, rows in moments.groupby("method", sort=False):
        found[str(method)] = {"torque": _spread(rows)}
    for muscle, own in deep.groupby("muscle", sort=False):
        errors = errors_of(own)
        for method, rows in own.groupby("method", sort=False):
            counts = {"best_in": best_in(errors, str(method))[0], "cells": len(rows)}
            if rows["coverage90"].notna().any():
                counts["covered"] = int((rows["coverage90"] >= ENOUGH).sum())
            found[str(method)] |= {str(muscle): _spread(rows) | counts}
    if by_phase is not None:
        cells = score_cells(by_phase)
        for names, rows in cells[~cells["pooled"]].groupby(["method", "muscle", "phase"], sort=False):
            method, muscle, phase = map(str, names)
            name = f"bias_{phase}".replace(" ", "_").replace("-", "_")
            found[method][muscle] |= {f"{name}_{how}": _short(rows["bias"].agg(how)) for how in ("median", "mean")}
    return found


def _short(value: float) -> float:
    return float(f"{value:.6g}")


def _spread(rows: pd.DataFrame) -> Numbers:
    """Median, mean and worst cell of each score, to six digits."""
    numbers: Numbers = {}
    for score in SCORES:
        known = rows[score].dropna() if score in rows else pd.Series()
        if len(known):
            values = {"median": known.median(), "mean": known.mean(), "worst": worst(known)}
            numbers |= {f"{score}_{name}": _short(value) for name, value in values.items()}
    return numbers
