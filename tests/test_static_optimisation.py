"""Static optimisation: the optimum is exact; the contract is asked in test_methods."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest

from conftest import make_trial, record, with_envelopes
from deepemg.joint.definition import Joint
from deepemg.reconstruct.numpy_forward import NumpyForward
from deepemg.reconstruct.static_optimisation import StaticOptimisation, least_effort, optimise
from deepemg.signals.recording import Recording, Trial


def torque_terms(trial: Trial, joint: Joint) -> tuple[np.ndarray, np.ndarray]:
    terms = NumpyForward(joint, StaticOptimisation().forward, rate_hz=trial.rate_hz).torque_terms(trial)
    return terms.gain.numpy(), terms.passive.numpy()


def both_directions(joint: Joint) -> Trial:
    """A trial whose torque swings between flexion and extension, within what the joint can give."""
    trial = make_trial(joint)
    return replace(trial, torque=12 * np.sin(np.linspace(0, 20, len(trial.torque))))


@pytest.mark.parametrize("exponent", [2, 3])
def test_free_muscles_share_one_multiplier_and_antagonists_rest(exponent: Literal[2, 3], elbow6: Joint) -> None:
    trial = both_directions(elbow6)
    gain, passive = torque_terms(trial, elbow6)
    activation, torque = optimise(trial, elbow6, StaticOptimisation(exponent=exponent))
    acting = gain * np.sign(trial.torque - passive)[:, None] > 0
    assert np.all(activation[~acting] == 0) and activation.min() >= 0 and activation.max() < 1
    multiplier = np.where(acting, activation ** (exponent - 1) / np.abs(gain), np.nan)
    assert np.nanmax(multiplier, axis=1) == pytest.approx(np.nanmin(multiplier, axis=1), rel=1e-9)
    assert torque == pytest.approx(trial.torque, abs=1e-9)


@pytest.mark.parametrize("exponent", [2, 3])
def test_partly_saturated_optimum_is_that_of_a_general_solver(exponent: int) -> None:
    from scipy.optimize import minimize

    gain, demand = np.array([[1.0, 4.0, 9.0, -5.0]]), np.array([12.5])
    activation = least_effort(gain, demand, exponent=exponent)[0]
    closes = {"type": "eq", "fun": lambda a: gain[0] @ a - demand[0]}
    start, bounds = np.full(4, 0.5), [(0, 1)] * 4
    solved = minimize(lambda a: np.sum(a**exponent), start, bounds=bounds, constraints=closes, tol=1e-12)
    assert activation == pytest.approx(solved.x, abs=1e-5)
    assert activation[2] == 1 and activation[1] < 1 and gain[0] @ activation == pytest.approx(demand[0])


@pytest.mark.parametrize("sign", [1, -1])
def test_torque_beyond_the_joint_saturates_one_direction(sign: int, elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    gain, passive = torque_terms(trial, elbow6)
    beyond = replace(trial, torque=np.full_like(trial.torque, sign * 1e4))
    activation, torque = optimise(beyond, elbow6, StaticOptimisation())
    assert np.array_equal(activation, (sign * gain > 0).astype(float))
    assert torque == pytest.approx((gain * activation).sum(axis=1) + passive)


def test_without_demand_or_without_gain_muscles_rest() -> None:
    gain = np.array([[1.0, -2.0], [0.0, 0.0]])
    assert np.array_equal(least_effort(gain, np.array([0.0, 3.0]), exponent=2), np.zeros((2, 2)))


def test_an_exponent_that_there_is_not_is_refused() -> None:
    with pytest.raises(ValueError, match="exponent"):
        StaticOptimisation(exponent=4)  # type: ignore[arg-type]


def test_observed_muscles_are_measured_and_hidden_ones_optimised(
    recording: Recording, trials: tuple[Trial, ...], elbow6: Joint
) -> None:
    fitted = StaticOptimisation().fit(recording)
    result = fitted.reconstruct(trials[2])
    optimum, torque = optimise(trials[2], elbow6, StaticOptimisation())
    for place, name in enumerate(elbow6.muscle_names):
        observed = name in trials[2].observed
        expected = np.clip(trials[2].envelope(name), 0, 1) if observed else optimum[:, place]
        assert np.array_equal(result.mean[:, place], expected)
    assert np.array_equal(result.torque, torque) and len(fitted.history()) == 0


def test_hidden_muscles_do_not_depend_on_emg(elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    constant = with_envelopes(trial, {name: np.full_like(trial.angle, 0.5) for name in trial.observed})
    one, two = (StaticOptimisation().fit(record(elbow6, [t])).reconstruct(t) for t in (trial, constant))
    hidden = [elbow6.muscle_names.index(name) for name in ("BRA", "TRImed")]
    assert np.array_equal(one.mean[:, hidden], two.mean[:, hidden])


def test_band_is_the_quantile_of_what_the_observed_muscles_miss(elbow6: Joint) -> None:
    trial = make_trial(elbow6)
    fitted = StaticOptimisation().fit(record(elbow6, [trial]))
    optimum, _ = optimise(trial, elbow6, StaticOptimisation())
    missed = [optimum[:, elbow6.muscle_names.index(n)] - trial.envelope(n) for n in ("BIClong", "BICshort")]
    expected = np.quantile(np.abs(np.concatenate(missed)), 0.9)
    assert fitted.half_widths[elbow6.muscle_names.index("BRA")] == pytest.approx(expected)
