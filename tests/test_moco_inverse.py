"""MocoInverse behind the contract of the methods (test_methods.py): short trials, one problem each."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import yaml
from conftest import ROOT, make_trial

from deepemg.joint.definition import load_joint
from deepemg.reconstruct.contract import HISTORY
from deepemg.reconstruct.moco_inverse import fit, load, solve

FORWARD = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["fit_method"]["forward"]
ASSISTED = {
    "forward": FORWARD,
    "mesh_interval_s": 0.05,
    "emg_weight": 10.0,
    "max_iterations": 500,
    "convergence_tolerance": 1e-4,
}
EFFORT = ASSISTED | {"emg_weight": 0.0}


def reconstruct(trial, joint, settings, seed=1):
    return fit([trial], joint, seed=seed, settings=settings).reconstruct(trial)


def same(a, b):
    return np.array_equal(a.mean, b.mean) and np.array_equal(a.torque, b.torque)


@pytest.fixture(scope="module")
def trial(elbow6):
    return make_trial(elbow6, seconds=2.0)


@pytest.fixture(scope="module")
def brief(elbow6):
    return make_trial(elbow6, seconds=1.0)


@pytest.fixture(scope="module")
def effort(trial, elbow6):
    return reconstruct(trial, elbow6, EFFORT)


@pytest.fixture(scope="module")
def assisted(trial, elbow6):
    fitted = fit([trial], elbow6, seed=1, settings=ASSISTED)
    return fitted, fitted.reconstruct(trial)


def test_shapes_names_and_range(assisted, trial, elbow6):
    _, result = assisted
    shape = (len(trial.time_s), 6)
    assert result.muscles == elbow6.muscle_names and np.array_equal(result.time_s, trial.time_s)
    assert result.mean.shape == result.lower.shape == result.upper.shape == shape and result.torque.shape == shape[:1]
    assert np.isfinite(result.torque).all() and result.mean.min() >= 0 and result.mean.max() <= 1
    assert np.isnan(result.lower).all() and np.isnan(result.upper).all()
    assert len(result.table().columns) == 2 + 3 * 6


def test_observed_muscles_are_as_measured_and_hidden_ones_move(assisted, trial, elbow6):
    _, result = assisted
    for place, name in enumerate(elbow6.muscle_names):
        if name in trial.observed:
            assert np.array_equal(result.mean[:, place], trial.envelopes[name])
    assert result.mean[:, elbow6.muscle_names.index("BRA")].std() > 0.01


def test_torque_closes_on_a_matched_trial(effort, assisted, trial):
    """Closed-form inverse dynamics against the generic arm driven by Moco's excitations, delay and shape included."""
    assert np.max(np.abs(effort.torque - trial.torque)) < 0.3
    assert np.max(np.abs(assisted[1].torque - trial.torque)) < 0.5


def test_the_same_input_gives_the_same_numbers_whatever_the_seed(assisted, trial, elbow6):
    assert same(reconstruct(trial, elbow6, ASSISTED, seed=2), assisted[1])


def test_saved_and_loaded_is_the_same_and_torque_is_not_read(assisted, trial, tmp_path):
    fitted, result = assisted
    fitted.save(tmp_path / "model.json")
    again = load(tmp_path / "model.json")
    assert same(again.reconstruct(replace(trial, torque=trial.torque + 100)), result)
    assert again.settings == fitted.settings and again.parameters().equals(fitted.parameters())
    assert len(again.parameters()) == 32


def test_history_has_a_row_per_trial(assisted):
    history = assisted[0].history()
    assert list(history.columns) == [*HISTORY, "trial", "converged"]
    assert list(history["trial"]) == ["a"] and history["converged"].all()
    assert 0 < history["emg_loss"].iloc[0] < history["loss"].iloc[0] and history["torque_loss"].iloc[0] < 1e-3


def test_tracking_brings_excitations_to_the_envelopes(brief, elbow6):
    """The problem itself: distance of the observed excitations from what they should be, by weight."""
    place = [elbow6.muscle_names.index(name) for name in brief.observed]
    measured = np.zeros((len(brief.time_s), 6))
    measured[:, place] = brief.observed_matrix()

    def distance(weight):
        found = solve(brief, elbow6, measured, ASSISTED | {"emg_weight": weight}).excitation
        return np.sqrt(np.mean((found - measured)[:, place] ** 2))

    alone, light, heavy = (distance(weight) for weight in (0.0, 10.0, 100.0))
    assert alone > 2 * light and light > 2 * heavy and heavy < 0.005


def test_effort_alone_leaves_antagonists_silent_and_reads_no_emg(effort, brief, elbow6):
    assert effort.mean[:, elbow6.muscle_names.index("TRImed")].max() < 0.01
    silent = replace(brief, envelopes={name: np.zeros_like(brief.angle) for name in brief.observed})
    assert np.array_equal(reconstruct(silent, elbow6, EFFORT).torque, reconstruct(brief, elbow6, EFFORT).torque)


def test_a_silent_a_constant_and_a_single_channel_are_survived(brief, elbow6):
    constant = brief.envelopes | {"TRIlong": np.zeros_like(brief.angle), "BIClong": np.full_like(brief.angle, 0.3)}
    for envelopes in (constant, {"TRIlat": brief.envelopes["TRIlat"]}):
        result = reconstruct(replace(brief, envelopes=envelopes), elbow6, ASSISTED)
        assert np.isfinite(result.mean).all() and result.mean.min() >= 0 and result.mean.max() <= 1


def test_order_of_the_channels_does_not_matter_and_inputs_stay(brief, elbow6):
    before = {name: values.copy() for name, values in brief.envelopes.items()}
    turned = replace(brief, envelopes=dict(reversed(brief.envelopes.items())))
    assert same(reconstruct(turned, elbow6, ASSISTED), reconstruct(brief, elbow6, ASSISTED))
    assert all(np.array_equal(before[name], brief.envelopes[name]) for name in before)


def test_no_trial_and_a_strange_muscle_are_refused(brief, elbow6):
    with pytest.raises(ValueError, match="at least one trial"):
        fit([], elbow6, seed=1, settings=EFFORT)
    with pytest.raises(ValueError, match="muscles of arm"):
        fit([replace(brief, envelopes={"BRD": brief.angle})], elbow6, seed=1, settings=EFFORT)


def test_a_torque_beyond_the_muscles_saturates_them_and_is_missing(elbow6):
    heavy = make_trial(elbow6, load_kg=60, seconds=1.0)
    fitted = fit([heavy], elbow6, seed=1, settings=ASSISTED)
    result = fitted.reconstruct(heavy)
    assert result.mean[:, elbow6.muscle_names.index("BRA")].min() > 0.99
    shortfall = heavy.torque - result.torque
    assert shortfall.min() > 10
    assert np.sqrt(fitted.history()["torque_loss"].iloc[0]) == pytest.approx(np.sqrt(np.mean(shortfall**2)), rel=0.01)


def test_a_torque_beyond_the_muscles_spoils_only_its_moment(elbow6):
    """20 kg are too much for the flexors at some angles only."""
    heavy = make_trial(elbow6, load_kg=20, seconds=2.0)
    missing = np.abs(heavy.torque - reconstruct(heavy, elbow6, EFFORT).torque)
    assert missing.max() > 5 and np.mean(missing < 1) > 0.25


def test_a_trial_that_does_not_converge_is_told_and_kept(brief, elbow6):
    fitted = fit([brief], elbow6, seed=1, settings=ASSISTED | {"max_iterations": 2})
    with pytest.warns(UserWarning, match="trial a did not converge: Maximum_Iterations_Exceeded"):
        result = fitted.reconstruct(brief)
    assert np.isfinite(result.torque).all() and result.mean.min() >= 0 and result.mean.max() <= 1
    assert not fitted.history()["converged"].any()


def test_it_leaves_no_file_and_no_word(brief, elbow6, tmp_path, monkeypatch, capfd):
    monkeypatch.chdir(tmp_path)
    reconstruct(brief, elbow6, EFFORT)
    assert not list(tmp_path.iterdir()) and capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", ["elbow7", "knee4"])
def test_other_arms_and_a_channel_of_two_heads(name):
    joint = load_joint(name)
    trial = make_trial(joint, seconds=1.0)
    shared = trial.envelopes["BIClong"]
    grouped = replace(trial, envelopes={muscle: shared for muscle in joint.muscle_names[:2]})
    result = reconstruct(grouped, joint, ASSISTED)
    assert result.muscles == joint.muscle_names and np.isfinite(result.mean).all() and np.isfinite(result.torque).all()
    assert np.array_equal(result.mean[:, 0], result.mean[:, 1])


@pytest.mark.parametrize(("scheme", "curves", "tendon"), [("hill32_recursive", "thelen", "rigid"), ("strength_factors", "millard", "compliant")])
def test_torque_and_parameters_follow_the_forward_model(scheme, curves, tendon, brief, elbow6):
    settings = EFFORT | {"forward": FORWARD | {"scheme": scheme, "curves": curves, "tendon": tendon}}
    fitted = fit([brief], elbow6, seed=1, settings=settings)
    assert np.isfinite(fitted.reconstruct(brief).torque).all() and len(fitted.parameters()) == 32
