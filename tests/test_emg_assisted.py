"""The calibrated EMG-driven model with torque tracking: calibration, tracking, and the contract."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from conftest import make_trial

from deepemg.joint.forward import ForwardModel
from deepemg.reconstruct import hybrid

FORWARD = {"scheme": "strength_factors", "curves": "de_groote", "tendon": "rigid", "activation_time_constant_s": 0.015}
SETTINGS = {
    "forward": FORWARD,
    "calibration": {"iterations": 8, "tolerance": 1e-12, "parameter_weight": 0.003},
    "torque_weight": 1.0,
    "emg_weight": 4.0,
    "hidden_weight": 0.25,
    "hidden_target": "rest",
}


def fit(trials, joint, seed=1, calibration=None, **changes):
    settings = SETTINGS | {"calibration": SETTINGS["calibration"] | (calibration or {})}
    return hybrid.fit(trials, joint, seed=seed, settings=settings | changes)


def same(a, b):
    return all(
        np.array_equal(getattr(a, key), getattr(b, key), equal_nan=True) for key in ("mean", "lower", "upper", "torque")
    )


@pytest.fixture(scope="module")
def fitted(trials, elbow6):
    return fit(trials, elbow6)


def other_arm(joint, trial):
    """The trial with the torque of an arm of other strengths, driven as the calibration drives it."""
    model = ForwardModel(joint, rate_hz=trial.rate_hz, **FORWARD)
    values = model.generic()
    values[model.scheme.index("flexor_strength") + model.scheme.index("extensor_strength")] = torch.tensor(
        [1.5, 0.7], dtype=torch.float64
    )
    columns = (hybrid.mapped_excitation(trial, joint), trial.angle, trial.velocity)
    return replace(trial, torque=model(*(torch.tensor(column) for column in columns), values).numpy())


def test_calibration_finds_an_arm_of_other_strengths(elbow6):
    made = [other_arm(elbow6, make_trial(elbow6, name=f"{load}", load_kg=load)) for load in (0.0, 2.0, 4.0)]
    fitted = fit(made, elbow6, calibration={"iterations": 25})
    history = fitted.history()
    assert history["epoch"].iloc[0] == 0 and history["torque_loss"].iloc[0] > 0.05
    assert history["torque_loss"].iloc[1] < 0.02 * history["torque_loss"].iloc[0]
    assert history["loss"].iloc[1] < history["loss"].iloc[0]
    table = fitted.parameters().set_index("parameter")
    assert len(table) == 32 and table.loc["flexor_strength", "personal"] > 1.15
    assert (table["personal"] >= table["lower"]).all() and (table["personal"] <= table["upper"]).all()


def test_a_heavy_parameter_weight_keeps_generic_values(trials, elbow6):
    table = fit(trials, elbow6, calibration={"parameter_weight": 1e6}).parameters()
    assert table["personal"].to_numpy() == pytest.approx(table["generic"].to_numpy(), rel=1e-3)


def test_tracking_is_the_optimum_of_a_general_solver():
    from scipy.optimize import lsq_linear

    rng = np.random.default_rng(4)
    gain, target = rng.normal(size=(40, 6)), rng.uniform(size=(40, 6))
    demand, weight = rng.normal(scale=4, size=40), rng.uniform(0.1, 5, size=6)
    solved = hybrid.track(gain, demand, target, weight, torque_weight=3.0)
    for row in range(40):
        matrix = np.vstack([np.sqrt(3.0) * gain[row], np.diag(np.sqrt(weight))])
        right = np.append(np.sqrt(3.0) * demand[row], np.sqrt(weight) * target[row])
        assert solved[row] == pytest.approx(lsq_linear(matrix, right, (0, 1), tol=1e-14).x, abs=1e-6)


def test_a_huge_torque_weight_closes_torque(fitted, trials):
    heavy = replace(fitted, settings=fitted.settings | {"torque_weight": 1e9})
    assert heavy.reconstruct(trials[2]).torque == pytest.approx(trials[2].torque, abs=1e-4)
    assert fitted.reconstruct(trials[2]).torque == pytest.approx(trials[2].torque, abs=2)


def test_a_huge_emg_weight_keeps_observed_activations(fitted, trials, elbow6):
    settings = fitted.settings | {"emg_weight": 1e9}
    envelopes, _ = hybrid.execute(trials[1], elbow6, fitted.personal, fitted.torque_scale, settings)
    model = ForwardModel(elbow6, rate_hz=trials[1].rate_hz, **FORWARD)
    values = torch.tensor(fitted.personal)
    excitation = torch.tensor(hybrid.mapped_excitation(trials[1], elbow6))
    measured = model.activation(excitation, values).numpy()
    bend = model.scheme.read(values, "emg_nonlinearity").numpy()
    kept = np.expm1(bend * envelopes) / np.expm1(bend)
    observed = np.isin(elbow6.muscle_names, trials[1].observed)
    assert kept[:, observed] == pytest.approx(measured[:, observed], abs=1e-6)
    assert np.abs(kept[:, ~observed] - measured[:, ~observed]).max() > 0.01


def test_hidden_muscles_may_stay_near_their_neighbours(fitted, trials, elbow6):
    heavy = fitted.settings | {"hidden_weight": 1e9, "emg_weight": 1e9}
    hidden = [elbow6.muscle_names.index(name) for name in ("BRA", "TRImed")]
    rest, mapped = (
        replace(fitted, settings=heavy | {"hidden_target": name}).reconstruct(trials[2]).mean[:, hidden]
        for name in ("rest", "mapped")
    )
    assert rest.max() < 1e-6 and mapped.max() > 0.1


def test_observed_muscles_are_as_measured(fitted, trials, elbow6):
    result = fitted.reconstruct(trials[1])
    assert result.mean.shape == (len(trials[1].time_s), 6) and result.mean.dtype == float
    assert result.mean.min() >= 0 and result.mean.max() <= 1
    for name, values in trials[1].envelopes.items():
        assert np.array_equal(result.mean[:, elbow6.muscle_names.index(name)], np.clip(values, 0, 1))


def test_saved_and_loaded_is_the_same_whatever_the_seed(fitted, trials, elbow6, tmp_path):
    fitted.save(tmp_path / "model.json")
    again, other = hybrid.load(tmp_path / "model.json"), fit(trials, elbow6, seed=2)
    assert same(again.reconstruct(trials[2]), fitted.reconstruct(trials[2]))
    assert same(other.reconstruct(trials[2]), fitted.reconstruct(trials[2]))
    assert again.parameters().equals(fitted.parameters()) and again.history().equals(fitted.history())


def test_order_of_the_channels_does_not_matter(fitted, trials, elbow6):
    turned = [replace(t, envelopes=dict(reversed(t.envelopes.items()))) for t in trials]
    result = fit(turned, elbow6).reconstruct(turned[1])
    assert result.mean == pytest.approx(fitted.reconstruct(trials[1]).mean, abs=1e-3)


@pytest.mark.parametrize(
    "observed", [("TRIlat",), ("TRIlong", "BIClong"), ("BIClong", "BICshort", "TRIlong", "TRIlat")]
)
def test_any_channels_even_silent_ones(observed, elbow6):
    trial = make_trial(elbow6, seconds=1)
    part = replace(
        trial, envelopes={muscle: trial.envelopes[muscle] for muscle in observed} | {"TRIlat": 0 * trial.angle}
    )
    result = fit([part], elbow6, calibration={"iterations": 5}).reconstruct(part)
    assert np.isfinite(result.mean).all() and np.isfinite(result.torque).all()


@pytest.mark.parametrize("forward", [{"scheme": "hill32"}, {"scheme": "hill32_recursive", "curves": "thelen"}, {"tendon": "compliant"}])
def test_every_forward_model_can_be_calibrated(forward, elbow6):
    trial = make_trial(elbow6, seconds=2)
    fitted = fit([trial], elbow6, calibration={"iterations": 3}, forward=FORWARD | forward)
    assert np.isfinite(fitted.reconstruct(trial).torque).all() and len(fitted.parameters()) == 32
    assert fitted.history()["loss"].iloc[1] < fitted.history()["loss"].iloc[0]


def test_bad_trials_are_refused(elbow6):
    trial = make_trial(elbow6)
    with pytest.raises(ValueError, match="at least one trial"):
        fit([], elbow6)
    with pytest.raises(ValueError, match="muscles of arm"):
        fit([replace(trial, envelopes={"BRD": trial.torque})], elbow6)
