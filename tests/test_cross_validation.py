"""Each recorded channel hidden, each trial and each load left out: no leak, and the scores are those of the rest."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import make_trial

from deepemg.evaluate.cross_validation import COLUMNS, cross_validate, folds
from deepemg.evaluate.ridge import INPUTS, ridge_fit
from deepemg.reconstruct.contract import Reconstruction

HEADS = ("BIClong", "BICshort")  # one channel for both
NAMES = {"channel": "BIC", "method": "m", "longest_lag_ms": 200}


@pytest.fixture(scope="module")
def recorded(elbow6):
    """Four trials at two loads; the triceps' channels and a biceps channel."""
    found = []
    for name, load, phase in (("a", 0.0, 0.0), ("b", 0.0, 1.0), ("c", 2.0, 0.5), ("d", 2.0, 2.0)):
        trial = replace(make_trial(elbow6, name=name, load_kg=load, phase=phase), load_label=f"{load:g}kg")
        found.append(replace(trial, envelopes=trial.envelopes | {"BICshort": trial.envelopes["BIClong"]}))
    return found


def test_every_trial_and_every_load_is_left_out_once(recorded):
    found = folds(recorded)
    assert [(fold.leave_out, fold.name) for fold in found] == [
        *[("trial", name) for name in "abcd"], ("load", "0kg"), ("load", "2kg")
    ]  # fmt: skip
    for fold in found:
        names = {trial.name for trial in fold.training}, {trial.name for trial in fold.test}
        assert not names[0] & names[1] and names[0] | names[1] == set("abcd")
    assert folds(recorded[:1]) == []  # nothing to learn from


def test_the_hidden_channel_is_seen_neither_in_training_nor_in_test(recorded):
    seen = []

    def fit(training):
        seen.extend(training)

        def reconstruct(trial):
            seen.append(trial)
            columns = np.column_stack([recorded[0].envelopes["BIClong"]] * 2)
            return Reconstruction(trial.time_s, HEADS, columns, columns, columns, trial.torque + 3.0)

        return reconstruct

    table = cross_validate(fit, recorded, HEADS, **NAMES)
    assert seen and all(set(trial.envelopes) == {"TRIlong", "TRIlat"} for trial in seen)
    assert list(table.columns) == COLUMNS and len(table) == 8
    seen.clear()
    cross_validate(fit, recorded, HEADS, shown=True, **NAMES)
    told = [set(trial.envelopes) for trial in seen]
    assert told.count({"TRIlong", "TRIlat"}) == 8 and {*HEADS, "TRIlong", "TRIlat"} in told  # the tests
    own = table.query("trial == 'a'").iloc[0]
    assert own["rmse"] == 0 and own["r2"] == 1 and own["coverage90"] == 1
    assert table["torque_rmse_nm"].to_numpy() == pytest.approx(3.0)


@pytest.mark.parametrize("inputs", INPUTS)
def test_ridge_learns_from_the_training_trials_alone(inputs, recorded):
    scores = cross_validate(ridge_fit(HEADS, recorded, inputs=inputs, penalties=[1.0]), recorded, HEADS, **NAMES)
    assert np.isfinite(scores["rmse"]).all()
    changed = [
        replace(t, envelopes=t.envelopes | {name: 0 * t.angle + 0.9 for name in HEADS}) if t.name == "d" else t
        for t in recorded
    ]
    fit = ridge_fit(HEADS, changed, inputs=inputs, penalties=[1.0])
    kept = [trial for trial in recorded if trial.name != "d"]
    honest = ridge_fit(HEADS, recorded, inputs=inputs, penalties=[1.0])
    one, two = (f([t.without(HEADS) for t in kept])(recorded[3].without(HEADS)).mean for f in (fit, honest))
    assert np.array_equal(one, two)


def test_ridge_finds_a_muscle_that_is_a_sum_of_its_inputs(recorded):
    made = [
        replace(t, envelopes=t.envelopes | {name: 0.3 * t.envelopes["TRIlat"] + 0.1 for name in HEADS})
        for t in recorded
    ]
    scores = cross_validate(ridge_fit(HEADS, made, inputs="ridge-all", penalties=[1e-6]), made, HEADS, **NAMES)
    assert scores["r2"].min() > 0.999 and isinstance(scores, pd.DataFrame)
