"""How far the course of a hidden muscle must be stretched, judged on subjects that the networks were not trained on.

The mean of what a muscle may do is flatter than what it does: on the truths of other engines, peaks of brachialis come
out a tenth too low. One number for flexors, one for extensors: the one nearest 1 of those whose mean RMSE over the test
trials of the development cohorts is within a hundredth of the least, for cohorts differ by more than that.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from tqdm import tqdm

from deepemg.evaluate.metrics import rmse
from deepemg.reconstruct.nmm.envelope_posterior import envelope_posteriors
from deepemg.reconstruct.nmm.method import NMM, FittedNMM
from deepemg.signals.recording import Recording, Trial

TRIED = tuple(np.round(np.arange(0.85, 1.31, 0.05), 2).tolist())
ACTIONS = ("flexor", "extensor")
AS_GOOD = 1.01  # times the least error


def errors(recording: Recording, fitted: FittedNMM, trial: Trial) -> pd.DataFrame:
    """RMSE of each hidden muscle of a test trial with each contrast: columns action, contrast, rmse.

    By the network alone, which is asked once: the subject fit moves courses little.
    """
    given = fitted.beside(trial)
    posterior = fitted.method.infer(fitted.amortised, given)
    truth = recording.held_out[recording.held_out["trial"] == trial.name]
    rows = []
    for contrast in TRIED:
        stretched = replace(fitted.amortised, contrast=dict.fromkeys(ACTIONS, contrast))
        (*_, found) = envelope_posteriors(posterior, stretched, given, measured_log_sd=fitted.method.measured_log_sd)
        for place, muscle in enumerate(recording.joint.muscle_names):
            if found.hidden[place] and muscle in truth:
                action = recording.joint.muscle(muscle).action
                rows.append((action, contrast, rmse(truth[muscle].to_numpy(), found.mean[:, place])))
    return pd.DataFrame(rows, columns=["action", "contrast", "rmse"])


def best_contrast(recordings: Sequence[Recording], method: NMM) -> dict[str, float]:
    """The contrast of each action, of those TRIED the nearest 1 that is as good as the best; 1 where nothing is hidden.

    `method` has weights without contrast.
    """
    found = []
    for recording in tqdm(recordings, "contrast", file=sys.stderr):
        fitted = replace(method, iterations=0).fit(recording.train)
        found += [errors(recording, fitted, trial) for trial in recording.test]
    means = pd.concat(found).groupby(["action", "contrast"])["rmse"].mean().unstack("contrast")
    best = dict.fromkeys(ACTIONS, 1.0)
    for action in means.index:
        good = means.columns[means.loc[action] <= AS_GOOD * means.loc[action].min()]
        best[action] = float(min(good, key=lambda contrast: abs(contrast - 1)))
    return best
