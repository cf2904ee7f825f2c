"""Torque that no arm gives: it is recognised where it is, and hardly counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from conftest import make_trial
from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel
from deepemg.reconstruct.nmm.subject_objective import LARGE_ERROR, torque_term
from deepemg.reconstruct.nmm.torque_trust import strongest, torque_trust
from deepemg.recordings.signal import Signal
from deepemg.signals.kinematics import kinematics
from deepemg.signals.recording import Trial
from deepemg.signals.torque import inverse_dynamics


def with_slip(trial: Trial, joint: Joint, at_s: float, height_deg: float) -> Trial:
    """The same curl, its angle sensor off by `height_deg` for 80 ms, through filter and inverse dynamics."""
    angle = trial.angle + np.deg2rad(height_deg) * (np.abs(trial.time_s - trial.time_s[0] - at_s) < 0.04)
    table = kinematics(Signal(angle, trial.rate_hz), cutoff_hz=6.0, order=4, rate_hz=trial.rate_hz)
    position, velocity = table["angle_rad"].to_numpy(), table["velocity_rad_s"].to_numpy()
    torque = inverse_dynamics(joint, table["time_s"].to_numpy(), position, load_kg=trial.load_kg)
    return replace(trial, angle=position, velocity=velocity, torque=torque)


def trust_of(trial: Trial, joint: Joint) -> np.ndarray:
    model = ForwardModel(joint, rate_hz=trial.rate_hz)
    acceleration = np.gradient(trial.velocity, trial.time_s)
    signals = (torch.tensor(value) for value in (trial.velocity, acceleration, trial.torque))
    return torque_trust(*signals, strongest(model, model.generic()), trial.rate_hz).numpy()


def test_a_curl_is_trusted_throughout(elbow6: Joint) -> None:
    assert (trust_of(make_trial(elbow6, seconds=6), elbow6) == 1).all()


def test_a_slipped_sensor_is_distrusted_where_it_slipped(elbow6: Joint) -> None:
    trial = with_slip(make_trial(elbow6, seconds=6), elbow6, 3.0, 60.0)
    trust, away = trust_of(trial, elbow6), np.abs(trial.time_s - trial.time_s[0] - 3.0)
    assert trust[away < 0.05].max() < 0.3 and (trust[away > 0.7] == 1).all()


def test_more_than_the_joint_can_give_is_distrusted(elbow6: Joint) -> None:
    trial = make_trial(elbow6, seconds=4)
    model = ForwardModel(elbow6, rate_hz=trial.rate_hz)
    flexion, extension = (float(value) for value in strongest(model, model.generic()))
    for torque, trusted in ((flexion, True), (-extension, True), (2 * flexion, False), (-2 * extension, False)):
        trust = trust_of(replace(trial, torque=np.full_like(trial.torque, torque)), elbow6)
        assert (trust == 1).all() if trusted else (trust < 0.2).all()
    assert 40 < flexion < 110 and 20 < extension < 90  # N m; Amis et al. 1980, Buchanan et al. 1998


def test_small_torque_errors_count_squared_and_large_ones_by_their_size() -> None:
    nothing, all_of_it = torch.zeros(1), torch.ones(1)
    small, large, larger = (float(torque_term(torch.tensor([e]), nothing, all_of_it, 1.0)) for e in (0.1, 50.0, 100.0))
    assert small == pytest.approx(0.01, rel=0.01)
    assert larger - large == pytest.approx(2 * LARGE_ERROR * 50, rel=0.01)
    assert torque_term(torch.tensor([50.0]), nothing, nothing, 1.0) == 0
