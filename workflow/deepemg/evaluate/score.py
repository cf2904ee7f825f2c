"""One reconstruction against what was put aside."""

from __future__ import annotations

import numpy as np
import pandas as pd

from deepemg.evaluate.envelope_scores import envelope_scores
from deepemg.evaluate.metrics import LONGEST_LAG_MS, lag_ms
from deepemg.reconstruct.contract import Reconstruction

COLUMNS = ["muscle", "rmse", "nrmse", "r2", "r", "lag_ms", "coverage90", "crps", "level", "peak", "slope"]


def score(found: Reconstruction, held_out: pd.DataFrame) -> pd.DataFrame:
    """A row per held-out muscle with the scores of the study's tables: muscle, rmse, ... (COLUMNS).

    `held_out` is that of the recording: trial, time_s and the muscles, fractions of their reference, in any order.
    Raises KeyError where it has no rows of the trial, and ValueError where its times are others, a value is missing, or
    no muscle was put aside.
    """
    truth = held_out[held_out["trial"].astype(str) == found.trial].sort_values("time_s")
    muscles = [column for column in held_out.columns if column in found.muscles]
    if truth.empty:
        trials = ", ".join(map(repr, held_out["trial"].unique())) or "none"
        raise KeyError(f"nothing was held out of trial {found.trial!r}; there are {trials}")
    if len(truth) != len(found.time_s) or not np.allclose(truth["time_s"], found.time_s, atol=1e-6):
        raise ValueError(f"trial {found.trial}: held-out times are others; expected those of the reconstruction")
    if not muscles:
        raise ValueError(f"trial {found.trial}: no muscle was held out; expected some of {', '.join(found.muscles)}")
    if truth[muscles].isna().any(axis=None):
        raise ValueError(f"trial {found.trial}: held-out envelopes hold missing values; expected numbers only")
    rate_hz = (len(found.time_s) - 1) / (found.time_s[-1] - found.time_s[0])
    rows = []
    for muscle in muscles:
        place, expected = found.muscles.index(muscle), truth[muscle].to_numpy()
        mean, lower, upper = (values[:, place] for values in (found.mean, found.lower, found.upper))
        lag = lag_ms([expected], [mean], rate_hz=rate_hz, longest_ms=LONGEST_LAG_MS)
        rows.append({"muscle": muscle, "lag_ms": lag} | envelope_scores(expected, mean, lower, upper))
    return pd.DataFrame(rows, columns=COLUMNS)
