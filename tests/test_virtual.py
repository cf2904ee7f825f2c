"""Virtual subjects: shapes, one seed one answer, torque balance, levels."""

from __future__ import annotations

import pytest
import torch

from deepemg.pretrain.virtual.draws import Draws, read_assumptions
from deepemg.pretrain.virtual.simulate import simulate
from deepemg.reconstruct.nmm.slots import SLOTS

B, K, T, M = 48, 3, 100, len(SLOTS)


@pytest.fixture(scope="module", params=["de_groote", "millard", "thelen"])
def subjects(request):
    return simulate(5, subjects=B, trials=K, samples=T, curves=request.param, assumptions=read_assumptions())


def test_shapes_and_finite_values(subjects):
    v = subjects
    for signal in (v.angle, v.velocity, v.acceleration, v.torque, v.own_torque, v.needed_torque):
        assert signal.shape == (B, K, T) and torch.isfinite(signal).all()
    for signal in (v.envelopes, v.excitations):
        assert signal.shape == (B, K, T, M) and torch.isfinite(signal).all() and (signal >= 0).all()
    assert v.load.shape == (B, K) and v.isometric.envelopes.shape == (B, 12, M)
    assert v.parameters.shape == (B, 5 * M + 2) and torch.isfinite(v.parameters).all()


def test_one_seed_one_cohort():
    made = [
        simulate(seed, subjects=4, trials=2, samples=40, curves="millard", assumptions=read_assumptions())
        for seed in (1, 1, 2)
    ]
    assert torch.equal(made[0].envelopes, made[1].envelopes) and torch.equal(made[0].torque, made[1].torque)
    assert not torch.equal(made[0].envelopes, made[2].envelopes)


def test_muscles_give_the_torque_that_the_motion_needs(subjects):
    missing = (subjects.own_torque - subjects.needed_torque).abs() > 0.02
    assert missing.float().mean() < 0.03  # frames where all muscles of a group are at their limit


def test_velocity_is_the_derivative_of_the_angle(subjects):
    numeric = (subjects.angle[..., 2:] - subjects.angle[..., :-2]) * 10
    error = (numeric - subjects.velocity[..., 1:-1]).abs()
    assert error.median() < 0.02 and error.quantile(0.95) < 0.5


def test_levels_are_fractions_of_mvc(subjects):
    v = subjects
    assert v.excitations[v.is_mvc].max() <= 1.7 and v.envelopes[v.is_mvc].quantile(0.999) < 2.5
    maximal = v.isometric.envelopes[v.is_mvc, :2]
    biceps, triceps = SLOTS.index("BIClong"), SLOTS.index("TRIlat")
    assert maximal[:, 0, biceps].median() == pytest.approx(0.86, abs=0.08)
    assert maximal[:, 1, triceps].median() == pytest.approx(0.86, abs=0.08)
    assert (maximal[:, 0, triceps] < maximal[:, 1, triceps]).all()
    assert not v.isometric.present[~v.is_mvc, :2].any()


def test_brachioradialis_is_in_some_models_and_more_bodies(subjects):
    modelled = subjects.in_model[:, SLOTS.index("BRD")]
    assert 0.2 < modelled.float().mean() < 0.8
    assert subjects.in_model[:, : M - 1].all()


def test_smooth_processes_have_unit_variance_and_their_correlation_time():
    time = torch.full((2000,), 0.5)
    process = Draws(1).smooth(time, 60, 20.0)
    assert process.std(0) == pytest.approx(torch.ones(60), abs=0.1)
    lag = int(0.5 * 20)
    correlation = (process[:, 0] * process[:, lag]).mean() / (process[:, 0] ** 2).mean()
    assert float(correlation) == pytest.approx(torch.exp(torch.tensor(-0.5)).item(), abs=0.07)
