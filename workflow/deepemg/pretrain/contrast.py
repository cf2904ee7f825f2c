"""How far the course of a hidden muscle must be stretched, judged on subjects that the networks were not trained on.

The mean of what a muscle may do is flatter than what it does: on the truths of other engines, peaks of brachialis come
out a tenth too low. One number for flexors, one for extensors, that with the least mean RMSE over the test trials of
the development cohorts.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from deepemg.evaluate.metrics import rmse
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.method import NMM
from deepemg.signals.recording import Recording

TRIED = tuple(np.round(np.arange(0.85, 1.31, 0.05), 2).tolist())
ACTIONS = ("flexor", "extensor")


def errors(recordings: Sequence[Recording], method: NMM) -> dict[str, float]:
    """Mean RMSE of the hidden muscles of each action over the test trials."""
    found: dict[str, list[float]] = {action: [] for action in ACTIONS}
    for recording in recordings:
        fitted = method.fit(recording.train)
        for trial in recording.test:
            truth, answer = recording.held_out[recording.held_out["trial"] == trial.name], fitted.reconstruct(trial)
            for muscle in (name for name in answer.muscles if name in truth):
                estimate = answer.mean[:, answer.muscles.index(muscle)]
                found[recording.joint.muscle(muscle).action].append(rmse(truth[muscle].to_numpy(), estimate))
    return {action: float(np.mean(values)) for action, values in found.items() if values}


def best_contrast(plain: AmortisedPosterior, recordings: Sequence[Recording], weights: Path) -> dict[str, float]:
    """The contrast of each action, of those TRIED; `weights` is written over and over. 1 where nothing is hidden."""
    rows = []
    for contrast in tqdm(TRIED, "contrast", file=sys.stderr):
        replace(plain, contrast=dict.fromkeys(ACTIONS, contrast)).save(weights)
        rows.append(errors(recordings, NMM(weights=str(weights))))
    table = pd.DataFrame(rows)
    return {action: TRIED[int(table[action].argmin())] if action in table else 1.0 for action in ACTIONS}
