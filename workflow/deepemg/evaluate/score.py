"""One reconstruction against what was put aside."""

from __future__ import annotations

import pandas as pd

from deepemg.evaluate.metrics import coverage, lag_ms, nrmse, pearson_r, r2, rmse
from deepemg.reconstruct.contract import Reconstruction

LONGEST_LAG_MS = 200.0


def score(found: Reconstruction, held_out: pd.DataFrame) -> pd.DataFrame:
    """A row per held-out muscle: muscle, rmse, nrmse, r2, r, lag_ms, coverage90, as in the study's tables.

    `held_out` is that of the recording: trial, time_s and the muscles, fractions of their reference. Raises KeyError
    where it has no rows of the trial.
    """
    truth = held_out[held_out["trial"] == found.trial]
    if len(truth) != len(found.time_s):
        raise KeyError(f"trial {found.trial!r} has {len(truth)} held-out samples and {len(found.time_s)} reconstructed")
    rate_hz = (len(found.time_s) - 1) / (found.time_s[-1] - found.time_s[0])
    rows = []
    for muscle in (column for column in held_out.columns if column in found.muscles):
        place, reference = found.muscles.index(muscle), truth[muscle].to_numpy()
        mean, lower, upper = (values[:, place] for values in (found.mean, found.lower, found.upper))
        scores = [metric(reference, mean) for metric in (rmse, nrmse, r2, pearson_r)]
        lag = lag_ms([reference], [mean], rate_hz=rate_hz, longest_ms=LONGEST_LAG_MS)
        rows.append((muscle, *scores, lag, coverage(reference, lower, upper)))
    return pd.DataFrame(rows, columns=["muscle", "rmse", "nrmse", "r2", "r", "lag_ms", "coverage90"])
