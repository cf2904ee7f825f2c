"""The calibrated EMG-driven model with torque tracking: calibration and tracking; the contract is in test_methods."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from conftest import make_trial, record
from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.calibration import CalibrationSettings
from deepemg.reconstruct.copy import mapped_excitation
from deepemg.reconstruct.emg_assisted import EMGAssisted, FittedEMGAssisted, execute, track
from deepemg.signals.recording import Recording, Trial

STRENGTHS = ForwardSettings(scheme="strength_factors")


def make(**calibration: Any) -> EMGAssisted:
    return EMGAssisted(calibration=CalibrationSettings(**{"iterations": 8} | calibration))


@pytest.fixture(scope="module")
def fitted(recording: Recording) -> FittedEMGAssisted:
    return make().fit(recording)


def of_another_joint(joint: Joint, trial: Trial) -> Trial:
    """The trial with the torque of a joint of other strengths, driven as the calibration drives it."""
    model = ForwardModel(joint, rate_hz=trial.rate_hz, settings=STRENGTHS)
    values = model.generic()
    values[model.scheme.index("flexor_strength") + model.scheme.index("extensor_strength")] = torch.tensor(
        [1.5, 0.7], dtype=torch.float64
    )
    columns = (mapped_excitation(trial, joint), trial.angle, trial.velocity)
    return replace(trial, torque=model(*(torch.tensor(column) for column in columns), values).numpy())


def test_calibration_finds_a_joint_of_other_strengths(elbow6: Joint) -> None:
    made = [of_another_joint(elbow6, make_trial(elbow6, name=f"{load}", load_kg=load)) for load in (0.0, 2.0, 4.0)]
    fitted = make(iterations=25).fit(record(elbow6, made))
    history = fitted.history()
    assert history["epoch"].iloc[0] == 0 and history["torque_loss"].iloc[0] > 0.05
    assert history["torque_loss"].iloc[1] < 0.02 * history["torque_loss"].iloc[0]
    assert history["loss"].iloc[1] < history["loss"].iloc[0]
    table = fitted.parameters().set_index("parameter")
    assert len(table) == 32 and table.loc["flexor_strength", "personal"] > 1.15
    assert (table["personal"] >= table["lower"]).all() and (table["personal"] <= table["upper"]).all()


def test_a_heavy_parameter_weight_keeps_generic_values(recording: Recording) -> None:
    table = make(parameter_weight=1e6).fit(recording).parameters()
    assert table["personal"].to_numpy() == pytest.approx(table["generic"].to_numpy(), rel=1e-3)


def test_tracking_is_the_optimum_of_a_general_solver() -> None:
    from scipy.optimize import lsq_linear

    rng = np.random.default_rng(4)
    gain, target = rng.normal(size=(40, 6)), rng.uniform(size=(40, 6))
    demand, weight = rng.normal(scale=4, size=40), rng.uniform(0.1, 5, size=6)
    solved = track(gain, demand, target, weight, torque_weight=3.0)
    for row in range(40):
        matrix = np.vstack([np.sqrt(3.0) * gain[row], np.diag(np.sqrt(weight))])
        right = np.append(np.sqrt(3.0) * demand[row], np.sqrt(weight) * target[row])
        assert solved[row] == pytest.approx(lsq_linear(matrix, right, (0, 1), tol=1e-14).x, abs=1e-6)


def test_a_huge_torque_weight_closes_torque(fitted: FittedEMGAssisted, trials: tuple[Trial, ...]) -> None:
    heavy = replace(fitted, method=replace(fitted.method, torque_weight=1e9))
    assert heavy.reconstruct(trials[2]).torque == pytest.approx(trials[2].torque, abs=1e-4)
    assert fitted.reconstruct(trials[2]).torque == pytest.approx(trials[2].torque, abs=2)


def test_a_huge_emg_weight_keeps_observed_activations(
    fitted: FittedEMGAssisted, trials: tuple[Trial, ...], elbow6: Joint
) -> None:
    heavy = replace(fitted.method, emg_weight=1e9)
    envelopes, _ = execute(trials[1], elbow6, fitted.personal, fitted.torque_scale, heavy)
    model = ForwardModel(elbow6, rate_hz=trials[1].rate_hz, settings=STRENGTHS)
    values = torch.tensor(fitted.personal)
    excitation = torch.tensor(mapped_excitation(trials[1], elbow6))
    measured = model.activation(excitation, values).numpy()
    bend = model.scheme.read(values, "emg_nonlinearity").numpy()
    kept = np.expm1(bend * envelopes) / np.expm1(bend)
    observed = np.isin(elbow6.muscle_names, trials[1].observed)
    assert kept[:, observed] == pytest.approx(measured[:, observed], abs=1e-6)
    assert np.abs(kept[:, ~observed] - measured[:, ~observed]).max() > 0.01


def test_hidden_muscles_may_stay_near_their_neighbours(
    fitted: FittedEMGAssisted, trials: tuple[Trial, ...], elbow6: Joint
) -> None:
    heavy = replace(fitted.method, hidden_weight=1e9, emg_weight=1e9)
    hidden = [elbow6.muscle_names.index(name) for name in ("BRA", "TRImed")]
    rest, mapped = (
        replace(fitted, method=replace(heavy, hidden_target=name)).reconstruct(trials[2]).mean[:, hidden]
        for name in ("rest", "mapped")
    )
    assert rest.max() < 1e-6 and mapped.max() > 0.1


def test_observed_muscles_are_as_measured(fitted: FittedEMGAssisted, trials: tuple[Trial, ...]) -> None:
    result, observed = fitted.reconstruct(trials[1]), trials[1].is_observed
    assert np.array_equal(result.mean[:, observed], np.clip(trials[1].envelopes[:, observed], 0, 1))


@pytest.mark.parametrize(
    ("scheme", "changes"),
    [
        ("hill32", {}),
        ("hill32_recursive", {"curves": "thelen"}),
        pytest.param("strength_factors", {"tendon": "compliant"}, marks=pytest.mark.slow),
    ],
)
def test_calibration_reduces_the_loss_of_every_forward_model(
    scheme: Any, changes: dict[str, Any], elbow6: Joint
) -> None:
    trial = make_trial(elbow6, seconds=2)
    method = replace(make(iterations=3), scheme=scheme, forward=ForwardSettings(**changes))
    history = method.fit(record(elbow6, [trial])).history()
    assert history["loss"].iloc[1] < history["loss"].iloc[0]
