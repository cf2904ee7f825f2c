"""The method on top of the prior: beliefs, subject fit, saved state; whether it leaks is asked in test_methods."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from conftest import ROOT, make_trial
from study import untrained_prior

from deepemg.joint.forward import ForwardModel
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.scaling import scale_joint
from deepemg.reconstruct import nmm
from deepemg.reconstruct.contract import Contraction
from deepemg.reconstruct.nmm.envelope_posterior import EnvelopePosterior, ask, beliefs
from deepemg.reconstruct.nmm.amortised_posterior import read_ensemble
from deepemg.reconstruct.nmm.method import nearest
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator
from deepemg.reconstruct.nmm.null_direction import level_covariance, torque_landscape
from deepemg.reconstruct.nmm.personal_posterior import identified, personal_posterior
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.subject_fit import subject_fit
from deepemg.reconstruct.nmm.level_correction import told_factors

CONFIG = yaml.safe_load((ROOT / "config" / "config.yaml").read_text())["fit_method"]
HOLD = Contraction("hold", 1.57, 20.0, {"BIClong": 0.3, "BICshort": 0.3, "TRIlong": 0.05, "TRIlat": 0.05})


@pytest.fixture(scope="module")
def settings(tmp_path_factory):
    path = untrained_prior(tmp_path_factory.mktemp("prior") / "prior.pt")
    return CONFIG["nmm"] | {"forward": CONFIG["forward"], "prior": str(path)}


@pytest.fixture(scope="module")
def fitted(trials, elbow6, settings):
    return nmm.fit(trials, elbow6, seed=1, settings=settings)


def test_observed_muscles_are_as_measured_and_hidden_ones_have_a_band(fitted, trials, elbow6):
    result = fitted.reconstruct(trials[1])
    for place, name in enumerate(elbow6.muscle_names):
        width = result.upper[:, place] - result.lower[:, place]
        if name in trials[1].envelopes:
            assert np.array_equal(result.mean[:, place], np.clip(trials[1].envelopes[name], 0, 1)) and not width.any()
        else:
            assert (width > 0).all()


def test_the_subject_fit_closes_the_torque(fitted, trials, settings, elbow6):
    loose = nmm.fit(trials, elbow6, seed=1, settings=settings | {"iterations": 0})
    before, after = (
        np.sqrt(np.mean((f.reconstruct(trials[1]).torque - trials[1].torque) ** 2)) for f in (loose, fitted)
    )
    assert after < 0.5 * before
    history = fitted.history()
    assert list(history["epoch"]) == [0, settings["iterations"]] and history["loss"].iloc[1] < history["loss"].iloc[0]


def test_motion_alone_reads_no_emg_of_the_trial_and_gives_all_muscles(trials, elbow6, settings):
    fitted = nmm.fit(trials, elbow6, seed=1, settings=settings | {"emg": False})
    canary = {name: np.full_like(values, 0.77) for name, values in trials[1].envelopes.items()}
    other = replace(trials[1], name="another", envelopes=canary)
    one, two = fitted.reconstruct(replace(trials[1], name="another")), fitted.reconstruct(other)
    assert np.array_equal(one.mean, two.mean) and (one.upper > one.lower).all()


def test_without_torque_none_is_read_anywhere(trials, elbow6, settings):
    changed = [replace(trial, torque=trial.torque + 100) for trial in trials]
    one, two = (
        nmm.fit(group, elbow6, seed=1, settings=settings | {"torque": False}).reconstruct(group[1])
        for group in (trials, changed)
    )
    assert np.array_equal(one.mean, two.mean) and np.array_equal(one.torque, two.torque)


def test_contractions_are_read_unless_forbidden(trials, elbow6, settings):
    ensemble = read_ensemble(settings["prior"])
    with_hold = [replace(trial, contractions=(HOLD,)) for trial in trials]
    free, told = (ask(ensemble, group, elbow6, settings).moments()[0] for group in (trials, with_hold))
    deaf = ask(ensemble, with_hold, elbow6, settings | {"contractions": False}).moments()[0]
    assert not torch.equal(free, told) and torch.equal(free, deaf)


def test_a_trial_is_never_read_beside_itself_and_many_are_read_by_load(elbow6):
    context = [make_trial(elbow6, name=f"{load}", load_kg=float(load), seconds=1) for load in range(20)]
    chosen = nearest(context, replace(context[7], load_kg=7.0))
    assert len(chosen) == 11 and "7" not in [trial.name for trial in chosen]
    assert {trial.load_kg for trial in chosen} <= set(range(1, 14))


def test_a_saved_subject_needs_no_prior_file(fitted, trials, tmp_path):
    fitted.save(tmp_path / "weights.pt")
    again = nmm.load(tmp_path / "weights.pt")
    one, two = fitted.reconstruct(trials[2]), again.reconstruct(trials[2])
    assert np.array_equal(one.mean, two.mean) and np.array_equal(one.upper, two.upper)
    assert again.context[0].contractions == fitted.context[0].contractions


def test_belief_is_smooth_between_the_samples_of_the_network(trials, elbow6, settings):
    ensemble = read_ensemble(settings["prior"])
    belief = beliefs(ask(ensemble, trials, elbow6, settings), ensemble, trials, elbow6, settings)[0]
    place = elbow6.muscle_names.index("BRA")
    assert belief.hidden[place] and not belief.hidden[elbow6.muscle_names.index("BIClong")]
    assert np.all(belief.lower[:, place] <= belief.mean[:, place])
    assert np.all(belief.mean[:, place] <= belief.upper[:, place])
    assert np.abs(np.diff(belief.mean[:, place], 2)).max() < 0.02


def test_parameters_of_a_scaled_arm_keep_its_scale(elbow6):
    scale, scaled = ParameterScale(), scale_joint(elbow6, {"upper_arm_m": 0.34, "forearm_m": 0.28})
    count = len(scale.scheme)
    generic, _ = personal_posterior(scaled, torch.zeros(count), torch.ones(count), scale)
    assert generic == pytest.approx(parameter_scheme(scaled, "hill32").generic)
    moved, sd = personal_posterior(scaled, torch.ones(count), torch.ones(count), scale)
    scheme = parameter_scheme(scaled, "hill32")
    force = scheme.index("max_isometric_force")
    assert moved[force] == pytest.approx(scheme.generic[force] * np.exp(0.25), rel=1e-6)
    assert (sd > 0).all() and (moved >= scheme.lower).all() and (moved <= scheme.upper).all()


def test_identified_is_half_the_spread_of_the_prior():
    assert identified(np.array([0.4, 0.6]), np.ones(2)).tolist() == [True, False]


def test_the_subject_fit_finds_a_hidden_muscle_that_torque_tells(elbow6, settings):
    """All muscles but brachialis are sure; torque was made with twice the believed brachialis."""
    from deepemg.joint.forward import ForwardModel

    trial = make_trial(elbow6, seconds=4)
    model = ForwardModel(elbow6, rate_hz=trial.rate_hz, **settings["forward"])
    true = np.full((len(trial.time_s), 6), 0.1)
    true[:, elbow6.muscle_names.index("BRA")] = 0.3
    motion = torch.tensor(trial.angle), torch.tensor(trial.velocity)
    trial = replace(trial, torque=model(torch.tensor(true), *motion, model.generic()).numpy())
    believed = true.copy()
    believed[:, elbow6.muscle_names.index("BRA")] = 0.15
    hidden = np.array([name == "BRA" for name in elbow6.muscle_names])
    spread = np.where(hidden, np.ones_like(true), 0.001)
    belief = EnvelopePosterior(believed, believed, believed, spread, hidden)
    sure = model.generic().numpy(), np.full(32, 1e-6)
    found = subject_fit([trial], elbow6, [belief], sure, settings | {"belief_weight": 0.01, "iterations": 200})
    middle = slice(50, -50)
    assert found.excitations[0][middle, 2] == pytest.approx(0.3, abs=0.02)


def test_torque_landscape_is_torque_with_both_muscles_scaled(fitted, trials, elbow6):
    pair, factors = ("BRA", "TRImed"), (np.array([0.5, 1.0]), np.array([1.0, 3.0]))
    found = torque_landscape(fitted, trials[1], pair, factors)
    excitation = fitted.reconstruct(trials[1]).mean.copy()
    for muscle, factor in zip(pair, (0.5, 3.0), strict=True):
        place = elbow6.muscle_names.index(muscle)
        excitation[:, place] = (factor * excitation[:, place]).clip(0, 1)
    model = ForwardModel(elbow6, rate_hz=trials[1].rate_hz, **fitted.settings["forward"])
    inputs = (torch.tensor(value) for value in (excitation, trials[1].angle, trials[1].velocity, fitted.personal))
    missed = model(*inputs).numpy() - trials[1].torque
    assert found[0, 1] == pytest.approx(np.sqrt(np.mean(missed**2)), rel=1e-9)


def test_levels_are_as_uncertain_as_the_bands(fitted, trials):
    one = level_covariance(fitted, trials[1], ("BRA", "TRImed"))
    wide = replace(fitted, ensemble=replace(fitted.ensemble, band_scale={"flexor": 2.0, "extensor": 3.0}))
    two = level_covariance(wide, trials[1], ("BRA", "TRImed"))
    assert np.linalg.eigvalsh(one).min() > 0
    assert two == pytest.approx(one * np.outer([2, 3], [2, 3]), rel=1e-6)


def test_unasked_the_networks_change_nothing(trials, elbow6, settings):
    closed = settings | {"ask": False}
    ensemble = read_ensemble(settings["prior"])
    other = replace(ensemble, networks=(DensityEstimator(replace(ensemble.networks[0].shape, width=32)).eval(),))
    one, two = (ask(some, trials, elbow6, closed).moments() for some in (ensemble, other))
    assert all(torch.equal(a, b) for a, b in zip(one, two, strict=True))
    mean, sd = one
    assert not mean.any() and (sd[: -len(ensemble.prior_sd)] == 1).all()


def test_single_networks_can_be_asked(settings):
    ensemble = read_ensemble(settings["prior"])
    two = replace(ensemble, networks=ensemble.networks * 2)
    assert len(two.prior().networks) == 2 and len(two.prior([2]).networks) == 1


def test_a_muscle_shown_in_the_training_trials_is_told_there(trials, elbow6, settings):
    recorded = [
        replace(trial, envelopes=trial.envelopes | {"BRA": 0.5 * trial.envelopes["BIClong"]}) for trial in trials
    ]
    fitted = nmm.fit(recorded[:2], elbow6, seed=1, settings=settings)
    plain = nmm.fit(trials[:2], elbow6, seed=1, settings=settings)
    place = elbow6.muscle_names.index("BRA")
    one, two = (some.reconstruct(trials[2]).mean[:, place] for some in (fitted, plain))
    assert not np.array_equal(one, two)
    shown = fitted.reconstruct(recorded[0])
    assert np.array_equal(shown.mean[:, place], recorded[0].envelopes["BRA"])


@pytest.mark.parametrize("level", [0.3, 0.9])
def test_a_muscle_shown_in_the_training_trials_has_their_level(trials, elbow6, settings, level):
    recorded = [
        replace(trial, envelopes=trial.envelopes | {"BRA": level * trial.envelopes["BIClong"]}) for trial in trials
    ]
    fitted = nmm.fit(recorded[:2], elbow6, seed=1, settings=settings | {"ask": False, "iterations": 0})
    found = fitted.reconstruct(trials[2])
    place = elbow6.muscle_names.index("BRA")
    assert found.mean[:, place].mean() == pytest.approx(recorded[2].envelopes["BRA"].mean(), rel=0.1)
    assert (found.lower[:, place] < found.mean[:, place]).all() and (found.upper <= 1).all()


def test_the_level_told_is_that_of_the_trials_that_tell_it(trials):
    others = [
        replace(trials[0], envelopes=trials[0].envelopes | {"BRA": np.full_like(trials[0].angle, 0.2)}),
        trials[1],
    ]
    asked = []

    def believe(trial):
        asked.append(trial.observed)
        mean = np.full((len(trial.angle), 2), 0.4)
        return EnvelopePosterior(mean, mean, mean, mean, np.array([True, False]))

    factors = told_factors(others, trials[2], ("BRA", "BIClong"), believe)
    assert factors == pytest.approx([0.5, 1.0]) and asked == [trials[0].observed]
