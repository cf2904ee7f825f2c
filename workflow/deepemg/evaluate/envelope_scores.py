"""Every score of one hidden envelope but the lag: the same for a trial, a cell of the study and a fold."""

from __future__ import annotations

import numpy as np

from deepemg.evaluate.crps import crps
from deepemg.evaluate.metrics import coverage, nrmse, pearson_r, r2, rmse
from deepemg.evaluate.scale import level, peak, slope

SCORES = {"rmse": rmse, "nrmse": nrmse, "r2": r2, "r": pearson_r, "level": level, "peak": peak, "slope": slope}


def envelope_scores(truth: np.ndarray, mean: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> dict[str, float]:
    """Scores by their column in `deep_emg.csv`, of the mean (T,) and of its 90 % band, whose limits may be NaN."""
    scores = {name: score(truth, mean) for name, score in SCORES.items()}
    return scores | {"coverage90": coverage(truth, lower, upper), "crps": crps(truth, mean, lower, upper)}
