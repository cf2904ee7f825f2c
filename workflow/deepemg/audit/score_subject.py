"""A simulated subject through the study's own processing and its simple methods, without the workflow."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from deepemg.evaluate.metrics import LONGEST_LAG_MS
from deepemg.evaluate.score_tables import score_deep_emg
from deepemg.reconstruct.contract import Method
from deepemg.reconstruct.fits import ALL_LOADS, reconstruct_trials
from deepemg.signals.read import read
from deepemg.signals.settings import SignalSettings


def score_subject(folder: Path, methods: Mapping[str, Method]) -> pd.DataFrame:
    """Scores of the hidden muscles (columns as in deep_emg.csv) by methods fitted to all loads' training trials."""
    recording = read(folder)
    scores = []
    for name, method in methods.items():
        fitted = method.fit(recording.train)
        scores.append(
            score_deep_emg(
                reconstruct_trials(fitted, recording.trials),
                recording.held_out,
                subject=folder.name,
                load=ALL_LOADS,
                method=name,
                rate_hz=SignalSettings().rate_hz,
                longest_lag_ms=LONGEST_LAG_MS,
            )
        )
    return pd.concat(scores, ignore_index=True)
