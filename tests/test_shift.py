"""A trial that starts a little later gives the same answer, and a slipped sensor changes it only where it slipped."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from conftest import ROOT
from deepemg.reconstruct.nmm.amortised_posterior import weights_file
from deepemg.reconstruct.nmm.method import NMM, FittedNMM
from deepemg.signals.read import read
from deepemg.signals.recording import Recording, Trial
from test_torque_trust import with_slip

HIDDEN = ("BRA", "TRImed")


@pytest.fixture(scope="module")
def recording() -> Recording:
    if not (ROOT / "data" / "S1").exists() or not weights_file().exists():
        pytest.skip("the embedded cohort or the weights are not here (dvc pull)")
    return read(ROOT / "data" / "S1")


@pytest.fixture(scope="module")
def fitted(recording: Recording) -> FittedNMM:
    return NMM().fit(recording.train)


def later(trial: Trial, seconds: float) -> Trial:
    """The trial without its beginning."""
    start = round(seconds * trial.rate_hz)
    signals = {name: getattr(trial, name)[start:] for name in ("time_s", "angle", "velocity", "torque", "envelopes")}
    return replace(trial, **signals)


@pytest.mark.parametrize("seconds", [0.05, 0.1, 0.15])
def test_a_trial_that_starts_later_gives_the_same_answer(
    recording: Recording, fitted: FittedNMM, seconds: float
) -> None:
    trial = recording.test[1]
    whole, cut = fitted.reconstruct(trial), fitted.reconstruct(later(trial, seconds))
    for muscle in HIDDEN:
        place = whole.muscles.index(muscle)
        same = whole.mean[len(whole.mean) - len(cut.mean) :, place]
        width = (whole.upper - whole.lower)[:, place].mean()
        difference = (cut.mean[:, place] - same)[round(0.3 * trial.rate_hz) :]  # a new end is another trial there
        assert np.sqrt(np.mean(difference**2)) < 0.03 * same.mean()
        assert np.abs(difference).max() < 0.2 * width


def test_a_slipped_sensor_steers_the_answer_only_where_it_slipped(recording: Recording, fitted: FittedNMM) -> None:
    trial = recording.test[1]
    slipped = with_slip(trial, recording.joint, 6.0, 50.0)
    assert np.abs(slipped.torque - trial.torque).max() > 15  # N m
    right, wrong = fitted.reconstruct(trial), fitted.reconstruct(slipped)
    away = np.abs(trial.time_s - trial.time_s[0] - 6.0) > 0.5
    place = right.muscles.index("BRA")
    difference = (wrong.mean - right.mean)[:, place]
    assert np.sqrt(np.mean(difference[away] ** 2)) < 0.05 * right.mean[:, place].mean()
    assert np.abs(difference[away]).max() < 0.2 * (right.upper - right.lower)[:, place].max()
