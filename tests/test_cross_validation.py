"""Each recorded channel hidden, each trial and each load left out: no leak, and the scores are those of the rest."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from conftest import make_trial, record, with_envelopes
from deepemg.evaluate.cross_validation import COLUMNS, Reconstruct, cross_validate, folds
from deepemg.evaluate.ridge import INPUTS, ridge_fit
from deepemg.joint.definition import Joint
from deepemg.reconstruct.contract import Reconstruction
from deepemg.signals.recording import Contraction, Recording, Trial, envelope_matrix

HEADS = ("BIClong", "BICshort")  # one channel for both
OTHERS = {"TRIlong", "TRIlat"}
NAMES: dict[str, Any] = {"channel": "BIC", "method": "m", "longest_lag_ms": 200}


@pytest.fixture(scope="module")
def recorded(elbow6: Joint) -> Recording:
    """Four trials at two loads; the triceps' channels and a biceps channel. A contraction with both channels."""
    found = []
    for name, load_kg, phase in (("a", 0.0, 0.0), ("b", 0.0, 1.0), ("c", 2.0, 0.5), ("d", 2.0, 2.0)):
        trial = make_trial(elbow6, name=name, load_kg=load_kg, phase=phase)
        found.append(with_envelopes(trial, {"BICshort": trial.envelope("BIClong")}))
    levels = envelope_matrix(elbow6.muscle_names, dict.fromkeys((*HEADS, "TRIlat"), 0.5))
    return record(elbow6, found, [Contraction("hold", 1.57, 20.0, levels)], "training maximum")


def test_every_trial_and_every_load_is_left_out_once(recorded: Recording) -> None:
    found = folds(recorded)
    assert [(fold.leave_out, fold.name) for fold in found] == [
        *[("trial", name) for name in "abcd"], ("load", "0kg"), ("load", "2kg")
    ]  # fmt: skip
    for fold in found:
        names = {trial.name for trial in fold.training.trials}, {trial.name for trial in fold.test}
        assert not names[0] & names[1] and names[0] | names[1] == set("abcd")
        assert fold.training.contractions == recorded.contractions and fold.training.reference == "training maximum"
    assert folds(recorded.of_trials(recorded.trials[:1])) == []  # nothing to learn from


def test_the_hidden_channel_is_seen_neither_in_training_nor_in_test(recorded: Recording) -> None:
    seen: list[Trial] = []
    contractions: list[Contraction] = []

    def fit(training: Recording) -> Reconstruct:
        seen.extend(training.trials)
        contractions.extend(training.contractions)

        def reconstruct(trial: Trial) -> Reconstruction:
            seen.append(trial)
            columns = np.column_stack([recorded["a"].envelope("BIClong")] * 2)
            return Reconstruction(trial.name, trial.time_s, HEADS, columns, columns, columns, trial.torque + 3.0)

        return reconstruct

    table = cross_validate(fit, recorded, HEADS, **NAMES)
    assert seen and all(set(trial.observed) == OTHERS for trial in seen)
    biceps = np.isin(recorded.joint.muscle_names, HEADS)
    assert contractions and all(np.isnan(contraction.envelopes[biceps]).all() for contraction in contractions)
    assert all(np.isfinite(c.envelopes[recorded.joint.muscle_names.index("TRIlat")]) for c in contractions)
    assert list(table.columns) == COLUMNS and len(table) == 8
    seen.clear()
    contractions.clear()
    cross_validate(fit, recorded, HEADS, given=True, **NAMES)
    given = [set(trial.observed) for trial in seen]
    assert given.count(OTHERS) == 8 and {*HEADS, *OTHERS} in given  # the tests
    assert all(np.isfinite(contraction.envelopes[biceps]).all() for contraction in contractions)
    own = table.query("trial == 'a'").iloc[0]
    assert own["rmse"] == 0 and own["r2"] == 1 and own["coverage90"] == 1
    assert table["torque_rmse_nm"].to_numpy() == pytest.approx(3.0)


@pytest.mark.parametrize("inputs", INPUTS)
def test_ridge_learns_from_the_training_trials_alone(inputs: str, recorded: Recording) -> None:
    scores = cross_validate(ridge_fit(HEADS, recorded, inputs=inputs, penalties=[1.0]), recorded, HEADS, **NAMES)
    assert np.isfinite(scores["rmse"]).all()
    high = dict.fromkeys(HEADS, np.full_like(recorded["d"].angle, 0.9))
    changed = recorded.of_trials([*recorded.trials[:3], with_envelopes(recorded["d"], high)])
    kept = recorded.of_trials(recorded.trials[:3]).without(HEADS)
    one, two = (
        ridge_fit(HEADS, some, inputs=inputs, penalties=[1.0])(kept)(recorded["d"].without(HEADS)).mean
        for some in (changed, recorded)
    )
    assert np.array_equal(one, two)


def test_ridge_finds_a_muscle_that_is_a_sum_of_its_inputs(recorded: Recording) -> None:
    made = recorded.of_trials(
        [with_envelopes(t, dict.fromkeys(HEADS, 0.3 * t.envelope("TRIlat") + 0.1)) for t in recorded.trials]
    )
    scores = cross_validate(ridge_fit(HEADS, made, inputs="ridge-all", penalties=[1e-6]), made, HEADS, **NAMES)
    assert scores["r2"].min() > 0.999 and isinstance(scores, pd.DataFrame)
