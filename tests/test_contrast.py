"""The course of a hidden muscle around its middle: stretched, of the same mean, and by what errs least."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from deepemg.pretrain import contrast
from deepemg.pretrain.contrast import TRIED, best_contrast
from deepemg.reconstruct.nmm.amortised_posterior import load_weights
from deepemg.reconstruct.nmm.envelope_posterior import with_contrast
from study import untrained_weights


def test_peaks_are_higher_and_the_mean_is_the_same() -> None:
    logarithm = np.log(0.2 + 0.15 * np.sin(np.linspace(0, 20, 400)))[:, None] + np.array([0.0, -1.0])
    found = with_contrast(logarithm, np.array([1.2, 1.0]))
    assert np.allclose(found[:, 1], logarithm[:, 1])
    assert np.exp(found).mean(axis=0) == pytest.approx(np.exp(logarithm).mean(axis=0))
    assert np.ptp(found[:, 0]) == pytest.approx(1.2 * np.ptp(logarithm[:, 0]))


def test_the_contrast_of_each_action_is_that_with_the_least_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Errors are made up: least at 1.15 for flexors, at 0.9 for extensors."""

    def made_up(recordings, method):
        tried = load_weights(method.weights).contrast
        return {action: abs(tried[action] - at) for action, at in (("flexor", 1.15), ("extensor", 0.9))}

    monkeypatch.setattr(contrast, "errors", made_up)
    plain = load_weights(untrained_weights(tmp_path / "plain.pt"))
    assert best_contrast(plain, [], tmp_path / "tried.pt") == {"flexor": 1.15, "extensor": 0.9}
    monkeypatch.setattr(contrast, "errors", lambda recordings, method: {"extensor": 0.1})
    assert best_contrast(plain, [], tmp_path / "tried.pt") == {"flexor": 1.0, "extensor": TRIED[0]}
