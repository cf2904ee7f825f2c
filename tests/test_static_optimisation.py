"""Static optimisation: the optimum is exact, and the method keeps the contract."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from conftest import make_trial

from deepemg.reconstruct import so
from deepemg.reconstruct.numpy_forward import NumpyForward

FORWARD = {"scheme": "hill32", "curves": "de_groote", "tendon": "rigid", "activation_time_constant_s": 0.015}


def settings(exponent=2, **forward):
    return {"forward": FORWARD | forward, "exponent": exponent}


def torque_terms(trial, joint):
    terms = NumpyForward(joint, rate_hz=trial.rate_hz, settings=settings()).torque_terms(trial)
    return terms.gain.numpy(), terms.passive.numpy()


def both_directions(joint):
    """A trial whose torque swings between flexion and extension, within what the arm can give."""
    trial = make_trial(joint)
    return replace(trial, torque=12 * np.sin(np.linspace(0, 20, len(trial.torque))))


def same(a, b):
    return all(
        np.array_equal(getattr(a, key), getattr(b, key), equal_nan=True) for key in ("mean", "lower", "upper", "torque")
    )


@pytest.mark.parametrize("exponent", [2, 3])
def test_free_muscles_share_one_multiplier_and_antagonists_rest(exponent, elbow6):
    trial = both_directions(elbow6)
    gain, passive = torque_terms(trial, elbow6)
    activation, torque = so.optimise(trial, elbow6, settings(exponent))
    acting = gain * np.sign(trial.torque - passive)[:, None] > 0
    assert np.all(activation[~acting] == 0) and activation.min() >= 0 and activation.max() < 1
    multiplier = np.where(acting, activation ** (exponent - 1) / np.abs(gain), np.nan)
    assert np.nanmax(multiplier, axis=1) == pytest.approx(np.nanmin(multiplier, axis=1), rel=1e-9)
    assert torque == pytest.approx(trial.torque, abs=1e-9)


@pytest.mark.parametrize("exponent", [2, 3])
def test_partly_saturated_optimum_is_that_of_a_general_solver(exponent):
    from scipy.optimize import minimize

    gain, demand = np.array([[1.0, 4.0, 9.0, -5.0]]), np.array([12.5])
    activation = so.least_effort(gain, demand, exponent=exponent)[0]
    closes = {"type": "eq", "fun": lambda a: gain[0] @ a - demand[0]}
    start, bounds = np.full(4, 0.5), [(0, 1)] * 4
    solved = minimize(lambda a: np.sum(a**exponent), start, bounds=bounds, constraints=closes, tol=1e-12)
    assert activation == pytest.approx(solved.x, abs=1e-5)
    assert activation[2] == 1 and activation[1] < 1 and gain[0] @ activation == pytest.approx(demand[0])


@pytest.mark.parametrize("sign", [1, -1])
def test_torque_beyond_the_arm_saturates_one_direction(sign, elbow6):
    trial = make_trial(elbow6)
    gain, passive = torque_terms(trial, elbow6)
    activation, torque = so.optimise(replace(trial, torque=np.full_like(trial.torque, sign * 1e4)), elbow6, settings())
    assert np.array_equal(activation, (sign * gain > 0).astype(float))
    assert torque == pytest.approx((gain * activation).sum(axis=1) + passive)


def test_without_demand_or_without_gain_muscles_rest():
    gain = np.array([[1.0, -2.0], [0.0, 0.0]])
    assert np.array_equal(so.least_effort(gain, np.array([0.0, 3.0]), exponent=2), np.zeros((2, 2)))


def test_observed_muscles_are_measured_and_hidden_ones_optimised(trials, elbow6):
    fitted = so.fit(trials, elbow6, seed=1, settings=settings())
    result = fitted.reconstruct(trials[2])
    optimum, torque = so.optimise(trials[2], elbow6, settings())
    for place, name in enumerate(elbow6.muscle_names):
        expected = np.clip(trials[2].envelopes[name], 0, 1) if name in trials[2].envelopes else optimum[:, place]
        assert np.array_equal(result.mean[:, place], expected)
    assert np.array_equal(result.torque, torque) and result.mean.dtype == float
    assert len(fitted.parameters()) == 32 and len(fitted.history()) == 0


def test_hidden_muscles_do_not_depend_on_emg(elbow6):
    trial = make_trial(elbow6)
    silent = replace(trial, envelopes={name: np.zeros_like(values) for name, values in trial.envelopes.items()})
    one, two = (so.fit([t], elbow6, seed=1, settings=settings()).reconstruct(t) for t in (trial, silent))
    hidden = [elbow6.muscle_names.index(name) for name in ("BRA", "TRImed")]
    assert np.array_equal(one.mean[:, hidden], two.mean[:, hidden])


def test_band_is_the_quantile_of_what_the_observed_muscles_miss(elbow6):
    trial = make_trial(elbow6)
    fitted = so.fit([trial], elbow6, seed=1, settings=settings())
    optimum, _ = so.optimise(trial, elbow6, settings())
    missed = [optimum[:, elbow6.muscle_names.index(n)] - trial.envelopes[n] for n in ("BIClong", "BICshort")]
    expected = np.quantile(np.abs(np.concatenate(missed)), 0.9)
    assert fitted.half_widths[elbow6.muscle_names.index("BRA")] == pytest.approx(expected)


def test_saved_and_loaded_is_the_same_whatever_the_seed(trials, elbow6, tmp_path):
    fitted = so.fit(trials, elbow6, seed=1, settings=settings(3))
    fitted.save(tmp_path / "model.json")
    again = so.load(tmp_path / "model.json")
    other = so.fit(trials, elbow6, seed=2, settings=settings(3))
    assert same(again.reconstruct(trials[1]), fitted.reconstruct(trials[1]))
    assert same(other.reconstruct(trials[1]), fitted.reconstruct(trials[1]))
    assert again.parameters().equals(fitted.parameters())


def test_order_of_the_channels_does_not_matter(trials, elbow6):
    turned = [replace(t, envelopes=dict(reversed(t.envelopes.items()))) for t in trials]
    assert same(*(so.fit(g, elbow6, seed=1, settings=settings()).reconstruct(g[1]) for g in (trials, turned)))


@pytest.mark.parametrize(
    "forward", [{"scheme": "hill32_recursive", "curves": "thelen"}, {"curves": "millard", "tendon": "compliant"}]
)
@pytest.mark.parametrize(
    "observed", [("TRIlat",), ("TRIlong", "BIClong"), ("BIClong", "BICshort", "TRIlong", "TRIlat")]
)
def test_any_forward_model_and_any_channels(forward, observed, elbow6):
    trial = make_trial(elbow6, seconds=1)
    part = replace(trial, envelopes={muscle: trial.envelopes[muscle] for muscle in observed})
    result = so.fit([part], elbow6, seed=1, settings=settings(**forward)).reconstruct(part)
    assert np.isfinite(result.mean).all() and result.mean.min() >= 0 and result.mean.max() <= 1
    assert np.isfinite(result.torque).all()


def test_bad_trials_are_refused(elbow6):
    trial = make_trial(elbow6)
    with pytest.raises(ValueError, match="at least one trial"):
        so.fit([], elbow6, seed=1, settings=settings())
    with pytest.raises(ValueError, match="muscles of arm"):
        so.fit([replace(trial, envelopes={"BRD": trial.torque})], elbow6, seed=1, settings=settings())
