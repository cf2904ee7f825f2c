"""The course of a hidden muscle around its middle: stretched, of the same mean, and by what errs least."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepemg.pretrain.contrast import best_contrast
from deepemg.reconstruct.nmm.envelope_posterior import with_contrast
from deepemg.reconstruct.nmm.method import NMM
from deepemg.signals.recording import Recording
from study import untrained_weights


def test_peaks_are_higher_and_the_mean_is_the_same() -> None:
    logarithm = np.log(0.2 + 0.15 * np.sin(np.linspace(0, 20, 400)))[:, None] + np.array([0.0, -1.0])
    found = with_contrast(logarithm, np.array([1.2, 1.0]))
    assert np.allclose(found[:, 1], logarithm[:, 1])
    assert np.exp(found).mean(axis=0) == pytest.approx(np.exp(logarithm).mean(axis=0))
    assert np.ptp(found[:, 0]) == pytest.approx(1.2 * np.ptp(logarithm[:, 0]))


def test_the_contrast_is_that_of_a_truth_made_with_it(recording: Recording, tmp_path: Path) -> None:
    """The truth is the network's own answer, its flexors stretched by 1.15, its extensors by 0.9."""
    method = NMM(weights=str(untrained_weights(tmp_path / "plain.pt")), iterations=0)
    *training, last = recording.trials
    recording = recording.of_trials([*training, replace(last, split="test")])
    fitted = method.fit(recording.train)
    made = replace(fitted, amortised=replace(fitted.amortised, contrast={"flexor": 1.15, "extensor": 0.9}))
    parts = []
    for trial in recording.test:
        answer = made.infer_trial(trial)
        hidden = {
            name: answer.mean[:, place]
            for place, name in enumerate(recording.joint.muscle_names)
            if answer.hidden[place]
        }
        parts.append(pd.DataFrame({"trial": trial.name, "time_s": trial.time_s} | hidden))
    assert best_contrast([replace(recording, held_out=pd.concat(parts))], method) == {"flexor": 1.15, "extensor": 0.9}
