"""MocoInverse on short trials, one problem each; the contract of the methods is in test_methods."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conftest import make_trial, record, with_envelopes
from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.joint_moment import joint_moment
from deepemg.reconstruct.contract import HISTORY, Reconstruction
from deepemg.reconstruct.moco_inverse import FittedMocoInverse, MocoInverse, solve
from deepemg.signals.recording import Trial, envelope_matrix

ASSISTED = MocoInverse()
EFFORT = MocoInverse(emg_weight=0)
slow = pytest.mark.slow


def reconstruct(trial: Trial, joint: Joint, method: MocoInverse, seed: int = 1) -> Reconstruction:
    return method.fit(record(joint, [trial]), seed=seed).reconstruct(trial)


@pytest.fixture(scope="module")
def trial(elbow6: Joint) -> Trial:
    return make_trial(elbow6, seconds=2.0)


@pytest.fixture(scope="module")
def brief(elbow6: Joint) -> Trial:
    return make_trial(elbow6, seconds=1.0)


@pytest.fixture(scope="module")
def effort(trial: Trial, elbow6: Joint) -> Reconstruction:
    return reconstruct(trial, elbow6, EFFORT)


@pytest.fixture(scope="module")
def assisted(trial: Trial, elbow6: Joint) -> tuple[FittedMocoInverse, Reconstruction]:
    fitted = ASSISTED.fit(record(elbow6, [trial]))
    return fitted, fitted.reconstruct(trial)


@slow
def test_it_has_no_band(assisted: tuple[FittedMocoInverse, Reconstruction]) -> None:
    assert np.isnan(assisted[1].lower).all() and np.isnan(assisted[1].upper).all()


@slow
def test_observed_muscles_are_as_measured_and_hidden_ones_move(
    assisted: tuple[FittedMocoInverse, Reconstruction], trial: Trial, elbow6: Joint
) -> None:
    _, result = assisted
    assert len(trial.observed) == 4
    for name in trial.observed:
        assert np.array_equal(result.mean[:, elbow6.muscle_names.index(name)], trial.envelope(name))
    assert result.mean[:, elbow6.muscle_names.index("BRA")].std() > 0.01


@slow
def test_torque_closes_on_a_matched_trial(
    effort: Reconstruction, assisted: tuple[FittedMocoInverse, Reconstruction], trial: Trial
) -> None:
    """Closed-form inverse dynamics against the generic joint driven by Moco's excitations, delay and shape included."""
    assert np.max(np.abs(effort.torque - trial.torque)) < 0.3
    assert np.max(np.abs(assisted[1].torque - trial.torque)) < 0.5


@slow
def test_history_has_a_row_per_trial(assisted: tuple[FittedMocoInverse, Reconstruction]) -> None:
    history = assisted[0].history()
    assert list(history.columns) == [*HISTORY, "trial", "converged"]
    assert list(history["trial"]) == ["a"] and history["converged"].all()
    assert 0 < history["emg_loss"].iloc[0] < history["loss"].iloc[0] and history["torque_loss"].iloc[0] < 1e-3


@slow
def test_tracking_brings_excitations_to_the_envelopes(brief: Trial, elbow6: Joint) -> None:
    """The problem itself: distance of the observed excitations from what they should be, by weight."""
    measured = np.nan_to_num(brief.envelopes)

    def distance(weight: float) -> float:
        found = solve(brief, elbow6, measured, replace(ASSISTED, emg_weight=weight)).excitation
        return float(np.sqrt(np.mean((found - measured)[:, brief.is_observed] ** 2)))

    alone, light, heavy = (distance(weight) for weight in (0.0, 10.0, 100.0))
    assert alone > 2 * light and light > 2 * heavy and heavy < 0.005


@slow
def test_effort_alone_leaves_antagonists_silent_and_reads_no_emg(
    effort: Reconstruction, brief: Trial, elbow6: Joint
) -> None:
    assert effort.mean[:, elbow6.muscle_names.index("TRImed")].max() < 0.01
    constant = with_envelopes(brief, {name: np.full_like(brief.angle, 0.3) for name in brief.observed})
    assert np.array_equal(reconstruct(constant, elbow6, EFFORT).torque, reconstruct(brief, elbow6, EFFORT).torque)


def test_a_torque_beyond_the_muscles_saturates_them_and_is_missing(elbow6: Joint) -> None:
    heavy = make_trial(elbow6, load_kg=60, seconds=1.0)
    fitted = ASSISTED.fit(record(elbow6, [heavy]))
    result = fitted.reconstruct(heavy)
    assert result.mean[:, elbow6.muscle_names.index("BRA")].min() > 0.99
    shortfall = heavy.torque - result.torque
    assert shortfall.min() > 10
    assert np.sqrt(fitted.history()["torque_loss"].iloc[0]) == pytest.approx(np.sqrt(np.mean(shortfall**2)), rel=0.01)


@slow
def test_a_torque_beyond_the_muscles_spoils_only_its_moment(elbow6: Joint) -> None:
    """20 kg are too much for the flexors at some angles only."""
    heavy = make_trial(elbow6, load_kg=20, seconds=2.0)
    missing = np.abs(heavy.torque - reconstruct(heavy, elbow6, EFFORT).torque)
    assert missing.max() > 5 and np.mean(missing < 1) > 0.25


def test_a_trial_that_does_not_converge_is_warned_of_and_kept(brief: Trial, elbow6: Joint) -> None:
    fitted = replace(ASSISTED, max_iterations=2).fit(record(elbow6, [brief]))
    with pytest.warns(UserWarning, match="trial a did not converge: Maximum_Iterations_Exceeded"):
        result = fitted.reconstruct(brief)
    assert np.isfinite(result.torque).all() and result.mean.min() >= 0 and result.mean.max() <= 1
    assert not fitted.history()["converged"].any()


def test_it_leaves_no_file_and_no_word(
    brief: Trial, elbow6: Joint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    reconstruct(brief, elbow6, EFFORT)
    assert not list(tmp_path.iterdir()) and capfd.readouterr() == ("", "")


@slow
@pytest.mark.parametrize("name", ["elbow7", "knee4"])
def test_other_joints_and_a_channel_of_two_heads(name: str, brief: Trial) -> None:
    joint = load_joint(name)
    acceleration = np.gradient(brief.velocity, brief.time_s)
    shared = dict.fromkeys(joint.muscle_names[:2], brief.envelope("BIClong"))
    grouped = replace(
        brief,
        torque=joint_moment(joint.skeleton, brief.angle, acceleration, load_kg=brief.load_kg),
        envelopes=envelope_matrix(joint.muscle_names, shared, len(brief.angle)),
        muscles=joint.muscle_names,
    )
    result = reconstruct(grouped, joint, ASSISTED)
    assert result.muscles == joint.muscle_names and np.isfinite(result.mean).all() and np.isfinite(result.torque).all()
    assert np.array_equal(result.mean[:, 0], result.mean[:, 1])
