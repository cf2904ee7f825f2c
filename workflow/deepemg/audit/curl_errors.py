"""Errors of a hidden muscle by phase of the curl, and the two contrasts that tell a pattern from a wrong level."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from deepemg.evaluate.metrics import pearson_r, rmse
from deepemg.evaluate.phases import PHASES, bias_by_phase
from deepemg.evaluate.scale import level, peak, slope

DIRECTION, ANGLE = "lifting minus lowering", "above 80 minus below 40 deg"
CONTRASTS: dict[str, tuple[Sequence[str], Sequence[str]]] = {  # mean of the first phases less that of the second ones
    DIRECTION: (PHASES[:3], PHASES[3:]),
    ANGLE: (PHASES[2:4], (PHASES[0], PHASES[5])),
}
WHOLE = "whole curl"
SCORES = {"slope": slope, "peak": peak, "rmse": rmse, "r": pearson_r}
MEDIANS = ["bias", "bias_without_level", "change", *SCORES]


def curl_errors(truth: np.ndarray, estimate: np.ndarray, phase: np.ndarray) -> pd.DataFrame:
    """A row per phase, per contrast and for the whole curl, of one trial (T,) and its places in PHASES.

    Columns: phase, samples, bias and bias_without_level as in `evaluate/phases.py` (that of a contrast is a difference
    of means over phases, each phase alike); of the whole curl bias is that of the level, and there are slope, peak,
    rmse and r. NaN where a phase that is needed has no samples.
    """
    of_phases = bias_by_phase(truth, estimate, phase).set_index("phase")
    rows = of_phases.reset_index().to_dict("records")
    for name, (some, others) in CONTRASTS.items():
        first, second = of_phases.loc[list(some)], of_phases.loc[list(others)]
        difference = first.mean(skipna=False) - second.mean(skipna=False)
        samples = int(first["samples"].sum() + second["samples"].sum())
        rows.append({"phase": name} | difference.to_dict() | {"samples": samples})
    whole = {"phase": WHOLE, "samples": len(truth), "bias": level(truth, estimate) - 1}
    scores = {name: score(truth, estimate) for name, score in SCORES.items()}
    return pd.DataFrame([*rows, whole | scores])


def over_cells(cells: pd.DataFrame) -> pd.DataFrame:
    """A row per case and phase: samples, cells with samples, and the medians over cells of everything else.

    `cells` holds rows of `curl_errors` with case, cell (what two cases have in common: subject and load) and beside,
    the case that a case is compared with (none: ""). `change` is the median difference of bias_without_level to the
    same cell of that one.
    """
    key = ["beside", "cell", "phase"]
    usual = cells[["case", "cell", "phase", "bias_without_level"]].set_axis([*key, "usual"], axis=1)
    paired = cells.merge(usual, on=key, how="left", validate="many_to_one")
    paired["change"] = paired["bias_without_level"] - paired["usual"]
    by_phase = paired.groupby(["case", "phase"], sort=False)
    found = by_phase[MEDIANS].median()
    found.insert(0, "cells", by_phase["bias"].count())
    found.insert(0, "samples", by_phase["samples"].sum())
    return found.reset_index()
