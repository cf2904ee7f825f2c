"""Boosted trees: they learn from hidden muscles only, and the reconstruction is what they say, sample by sample."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml
from conftest import ROOT
from study import FEW_TREES

from deepemg.reconstruct import trees
from deepemg.reconstruct.nmm.features import FEATURES, N_MECHANICAL, N_MUSCLE, N_MUSCLE_MECHANICAL, N_SHARED, SLOTS
from deepemg.pretrain.trees import draw_samples, save, train

CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["fit_method"]


@pytest.fixture(scope="module")
def samples():
    return draw_samples(2, FEW_TREES)


@pytest.fixture(scope="module")
def fitted(samples, trials, elbow6, tmp_path_factory):
    path = tmp_path_factory.mktemp("trees") / "trees.joblib"
    save(train(samples, 2, FEW_TREES), path)
    settings = CONFIG["trees"] | {"forward": CONFIG["forward"], "model": str(path)}
    return trees.fit(trials, elbow6, seed=1, settings=settings)


def test_a_muscle_is_learnt_where_it_is_hidden(samples):
    start = N_SHARED + N_MECHANICAL
    for place, name in enumerate(SLOTS):
        features, target = samples[name]
        own = features[:, start + place * (N_MUSCLE + N_MUSCLE_MECHANICAL)]
        assert features.shape == (len(target), FEATURES) and len(target) > 50
        assert not own.any()  # its own channel is not observed in any of these samples


def test_hidden_muscles_have_a_band_and_later_samples_change_nothing(fitted, trials, elbow6):
    trial = trials[1]
    result = fitted.reconstruct(trial)
    hidden = [place for place, name in enumerate(elbow6.muscle_names) if name not in trial.envelopes]
    assert (result.upper[:, hidden] > result.lower[:, hidden]).all()
    late = {name: np.where(trial.time_s > trial.time_s[-1] - 0.5, 0.0, v) for name, v in trial.envelopes.items()}
    again = fitted.reconstruct(replace(trial, envelopes=late))
    early = trial.time_s < trial.time_s[-1] - 0.6
    slope = 0.02  # one feature is of the whole trial: how much more torque there is than neighbours explain
    assert np.abs(result.mean[early][:, hidden] - again.mean[early][:, hidden]).max() < slope


def test_an_arm_that_the_trees_do_not_know_is_refused(fitted, trials, elbow6):
    strange = replace(elbow6, muscles=tuple(replace(m, name=m.name + "x") for m in elbow6.muscles))
    others = [replace(t, envelopes={f"{name}x": v for name, v in t.envelopes.items()}) for t in trials]
    with pytest.raises(ValueError, match="the trees know"):
        trees.fit(others, strange, seed=1, settings=fitted.settings)
