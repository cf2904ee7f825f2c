"""Metrics against cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from deepemg.evaluate.crps import crps
from deepemg.evaluate.levels import level_ratios
from deepemg.evaluate.metrics import coverage, lag_ms, nrmse, pearson_r, r2, rmse
from deepemg.evaluate.phases import PHASES, bias_by_phase, phase_of
from deepemg.evaluate.scale import level, peak, slope
from deepemg.evaluate.score_tables import (
    BY_PHASE,
    DEEP_EMG,
    TORQUE,
    score_deep_emg,
    score_deep_emg_by_phase,
    score_torque,
)
from deepemg.reconstruct.contract import Reconstruction
from deepemg.reconstruct.nmm.target import from_log_level

WAVE = np.sin(np.linspace(0, 12, 600))


def test_a_perfect_estimate():
    assert rmse(WAVE, WAVE) == 0 and nrmse(WAVE, WAVE) == 0
    assert r2(WAVE, WAVE) == 1 and pearson_r(WAVE, WAVE) == pytest.approx(1)


def test_offset_and_scale_differ():
    assert rmse(WAVE, WAVE + 0.5) == pytest.approx(0.5)
    assert pearson_r(WAVE, 3 * WAVE + 0.5) == pytest.approx(1)
    assert r2(WAVE, np.full_like(WAVE, WAVE.mean())) == pytest.approx(0)
    assert r2(WAVE, -WAVE) < -1


def test_flat_signals_have_no_shape():
    flat = np.full(600, 0.1)
    assert np.isnan(r2(flat, WAVE)) and np.isnan(nrmse(flat, WAVE))
    assert np.isnan(pearson_r(WAVE, flat)) and np.isnan(pearson_r(flat, WAVE))
    assert rmse(flat, flat) == 0


def test_level_and_peak_are_ratios_to_the_truth():
    truth = np.linspace(0.1, 0.5, 1001)
    assert level(truth, 1.5 * truth) == pytest.approx(1.5) and peak(truth, 0.8 * truth) == pytest.approx(0.8)
    clipped = np.minimum(truth, 0.3)  # the mean is nearly kept, the peaks are not
    assert peak(truth, clipped) == pytest.approx(0.3 / np.percentile(truth, 98)) and level(truth, clipped) > 0.8
    spike = np.where(np.arange(1001) == 7, 1.0, truth)
    assert peak(truth, spike) == pytest.approx(1, abs=2e-3)  # one sample is no peak
    assert np.isnan(level(np.zeros(9), np.ones(9))) and np.isnan(peak(np.zeros(9), np.ones(9)))


def test_slope_is_above_one_where_the_estimate_is_too_flat():
    truth = 0.3 + 0.1 * WAVE
    for flatness, expected in ((1, 1), (0.5, 2), (2, 0.5), (-1, -1)):
        estimate = 0.05 + flatness * truth  # the level does not matter
        assert slope(truth, estimate) == pytest.approx(expected)
        assert slope(truth, estimate) == pytest.approx(np.polyfit(estimate, truth, 1)[0])
    assert np.isnan(slope(np.full(600, 0.1), WAVE)) and np.isnan(slope(WAVE, np.full(600, 0.1)))


def test_slope_of_a_posterior_mean_is_one():
    """y ~ N(0, 1) seen with error of sd s: the mean of the posterior is the sighting over 1 + s**2."""
    rng = np.random.default_rng(3)
    truth = rng.normal(size=200_000)
    seen = truth + 0.7 * rng.normal(size=200_000)
    assert slope(truth, seen / 1.49) == pytest.approx(1, abs=0.01)
    assert slope(truth, seen) == pytest.approx(1 / 1.49, abs=0.01)


CURL = 60 - 55 * np.cos(np.linspace(0, 2 * np.pi, 601))  # deg: up and down once
SPEED = np.gradient(CURL)


def test_a_curl_passes_its_phases_in_order():
    phase = phase_of(np.deg2rad(CURL[1:-1]), SPEED[1:-1])
    assert list(dict.fromkeys(PHASES[place] for place in phase)) == list(PHASES)
    for angle, up, name in (
        (39.9, 1, "lifting below 40 deg"), (40.1, 1, "lifting 40-80 deg"), (80.1, 1, "lifting above 80 deg"),
        (80.1, -1, "lowering above 80 deg"), (40.1, -1, "lowering 40-80 deg"), (10, 0, "lowering below 40 deg"),
    ):  # fmt: skip
        assert PHASES[int(phase_of(np.deg2rad(np.array([angle])), np.array([float(up)]))[0])] == name


def test_the_bias_of_a_phase_is_its_mean_error_over_the_mean_truth_of_all():
    phase = phase_of(np.deg2rad(CURL), SPEED)
    truth = np.where(phase < 3, 0.3, 0.1)  # lifting asks for more
    estimate = truth + 0.06 * (phase == 2) - 0.02 * (phase == 4)
    found = bias_by_phase(truth, estimate, phase).set_index("phase")
    expected = {"lifting above 80 deg": 0.06 / truth.mean(), "lowering 40-80 deg": -0.02 / truth.mean()}
    assert found["bias"].to_numpy() == pytest.approx([expected.get(name, 0) for name in PHASES])
    assert found["samples"].sum() == len(CURL) and (found["samples"] > 50).all()
    total = (found["samples"] * found["bias"]).sum() / len(CURL)
    assert 1 + total == pytest.approx(level(truth, estimate))  # phases make up the level
    without = (found["samples"] * found["bias_without_level"]).sum()
    assert without == pytest.approx(0, abs=1e-9)  # and nothing is left of it here
    same_shape = bias_by_phase(truth, 1.7 * truth, phase)
    assert same_shape["bias_without_level"].to_numpy() == pytest.approx(0, abs=1e-12)
    assert (same_shape["bias"] > 0.2).all()


def test_a_phase_without_samples_has_no_bias():
    found = bias_by_phase(np.full(4, 0.2), np.full(4, 0.3), np.array([0, 0, 1, 1]))
    assert list(found["samples"]) == [2, 2, 0, 0, 0, 0] and found["bias"].isna().sum() == 4
    assert bias_by_phase(np.zeros(4), np.full(4, 0.3), np.zeros(4, int))["bias"].isna().all()


def test_lag_is_positive_where_the_estimate_is_late():
    late = np.roll(WAVE, 7)
    assert lag_ms([WAVE[50:-50]], [late[50:-50]], rate_hz=100, longest_ms=200) == pytest.approx(70)
    assert lag_ms([late[50:-50]], [WAVE[50:-50]], rate_hz=100, longest_ms=200) == pytest.approx(-70)


def test_coverage_counts_and_admits_a_missing_band():
    assert coverage(np.arange(10.0), np.zeros(10), np.full(10, 4.0)) == 0.5
    assert np.isnan(coverage(WAVE, np.full(600, np.nan), np.full(600, np.nan)))


def predicted(centre: float, log_sd: float, offset: float, factor: float) -> list[np.ndarray]:
    """Mean and limits as nmm gives them: of a log-normal less an offset, times the factor of the subject fit."""
    limits = from_log_level(np.full(1, centre), log_sd, offset)
    return [np.clip(value * factor, 0, 1) for value in limits]


def drawn(centre: float, log_sd: float, offset: float, factor: float) -> np.ndarray:
    """Draws of the same."""
    score = np.random.default_rng(0).normal(size=20_000)
    return np.clip(factor * (np.exp(centre + log_sd * score) - offset), 0, 1)


def crps_of_draws(truth: float, draws: np.ndarray) -> float:
    """E|X - y| - E|X - X'| / 2, the second by ranks."""
    count, ranks = len(draws), np.arange(1, len(draws) + 1)
    apart = 2 * np.sum((2 * ranks - count - 1) * np.sort(draws)) / count**2
    return float(np.mean(np.abs(draws - truth)) - apart / 2)


@pytest.mark.parametrize("law", [(-2, 0.3, 0.02, 1), (-2, 0.6, 0.02, 1.2), (-3.5, 0.5, 0.01, 0.8), (-1, 0.5, 0.02, 1)])
def test_crps_of_nmm_is_that_of_its_posterior(law):
    """Against draws, and against the closed form for a log-normal (Baran & Lerch 2015, QJRMS 141:2289)."""
    centre, log_sd, offset, factor = law
    for score in (-2, -0.5, 0.5, 2):
        truth = factor * (np.exp(centre + log_sd * score) - offset)
        found = crps(np.full(1, truth), *predicted(*law))
        beyond = 2 * (norm.cdf(score - log_sd) + norm.cdf(log_sd / np.sqrt(2)) - 1)
        closed = np.exp(centre + log_sd * score) * (2 * norm.cdf(score) - 1) - np.exp(centre + log_sd**2 / 2) * beyond
        assert found == pytest.approx(factor * closed, rel=2e-3)
        assert found == pytest.approx(crps_of_draws(truth, drawn(*law)), rel=0.05)


@pytest.mark.parametrize("law", [(-4, 0.4, 0.01, 1), (-0.7, 0.5, 0.02, 1)])
def test_crps_where_the_scale_ends_is_near_that_of_the_posterior(law):
    mean, lower, upper = predicted(*law)
    assert lower == 0 or upper == 1  # what is approximated
    draws = drawn(*law)
    truths = draws[:400]
    found = np.mean([crps(np.full(1, truth), mean, lower, upper) for truth in truths])
    assert found == pytest.approx(np.mean([crps_of_draws(truth, draws) for truth in truths]), rel=0.05)


def test_crps_is_the_same_in_a_mirror():
    law = predicted(-2, 0.5, 0.02, 1)
    mean, lower, upper = (1 - value for value in law)
    for truth in (0.02, 0.1, 0.4):
        mirrored = crps(np.full(1, 1 - truth), mean, upper, lower)
        assert mirrored == pytest.approx(crps(np.full(1, truth), *law), rel=1e-9)


def test_crps_of_a_symmetric_band_is_that_of_the_normal():
    """0.2337 sd where the truth is the mean (Gneiting & Raftery 2007, eq. 22)."""
    half, at = 0.1, np.full(1, 0.5)
    assert crps(at, at, at - half, at + half) == pytest.approx(0.23370 * half / norm.ppf(0.95), rel=2e-3)


def test_crps_of_a_point_is_its_absolute_error_and_a_band_that_fits_is_better():
    truth = np.random.default_rng(1).normal(0.5, 0.05, 2000)
    mean, none = np.full(2000, 0.5), np.full(2000, np.nan)
    assert crps(truth, mean, none, none) == pytest.approx(np.mean(np.abs(truth - mean)))
    widths = [0.01, 0.04, 0.082, 0.2, 0.4]
    found = [crps(truth, mean, mean - width, mean + width) for width in widths]
    assert np.argmin(found) == 2 and found[2] < np.mean(np.abs(truth - mean))


def reconstruction():
    parts = []
    for trial, load in (("a", "0kg"), ("b", "2kg")):
        frame = pd.DataFrame({"trial": trial, "split": "test", "load": load, "time_s": np.arange(600) / 100})
        parts.append(frame.assign(torque_nm=WAVE, BRA=WAVE / 2, BRA_lower=WAVE / 2 - 0.1, BRA_upper=WAVE / 2 + 0.1))
    return pd.concat(parts, ignore_index=True)


def test_score_tables_have_the_contract_columns_and_the_right_rows():
    frame = reconstruction()
    truth = frame[["trial", "time_s"]].assign(BRA=frame["BRA"] + 0.05, torque_nm=frame["torque_nm"] + 1)
    shuffled = truth.sample(frac=1, random_state=1)  # rows are matched by trial and time, not by place
    torque = score_torque(frame, shuffled[["trial", "time_s", "torque_nm"]], subject="S", load="all", method="copy")
    assert list(torque.columns) == TORQUE and list(torque["trial_load"]) == ["0kg", "2kg", "all"]
    assert torque["rmse_nm"].to_numpy() == pytest.approx(1.0)
    deep = score_deep_emg(
        frame, shuffled[["trial", "time_s", "BRA"]], subject="S", load="all", method="copy", rate_hz=100,
        longest_lag_ms=200,
    )  # fmt: skip
    assert list(deep.columns) == DEEP_EMG
    assert deep["rmse"].to_numpy() == pytest.approx(0.05) and np.all(deep["coverage90"] == 1)
    assert deep["slope"].to_numpy() == pytest.approx(1) and deep["peak"].to_numpy() == pytest.approx(0.5 / 0.55, 0.01)


def test_the_table_by_phase_has_six_rows_of_each_cell():
    frame = reconstruction()
    truth = frame[["trial", "time_s"]].assign(BRA=frame["BRA"] + 0.05)
    motion = frame[["trial", "time_s"]].assign(
        angle_rad=np.deg2rad(np.tile(CURL[:600], 2)), velocity_rad_s=np.tile(SPEED[:600], 2)
    )
    shuffled = (table.sample(frac=1, random_state=1) for table in (truth, motion))
    found = score_deep_emg_by_phase(frame, *shuffled, subject="S", load="all", method="copy")
    assert list(found.columns) == BY_PHASE and len(found) == 3 * len(PHASES)
    assert list(found["trial_load"].unique()) == ["0kg", "2kg", "all"]
    assert found["bias"].to_numpy() == pytest.approx(-0.05 / truth["BRA"].mean())
    assert found.groupby("trial_load")["samples"].sum().to_dict() == {"0kg": 600, "2kg": 600, "all": 1200}
    nothing = score_deep_emg_by_phase(
        frame, truth[["trial", "time_s"]], motion, subject="S", load="all", method="copy"
    )  # fmt: skip
    assert list(nothing.columns) == BY_PHASE and nothing.empty


def test_a_missing_sample_is_an_error():
    frame = reconstruction()
    with pytest.raises(KeyError):
        score_torque(frame, frame[["trial", "time_s", "torque_nm"]].iloc[:-1], subject="S", load="0kg", method="copy")


def test_level_ratios_are_true_over_reconstructed():
    time = np.arange(4.0)
    mean = np.column_stack([np.full(4, 0.2), np.full(4, 0.5)])
    found = Reconstruction("a", time, ("BRA", "TRImed"), mean, mean, mean, time)
    truth = pd.DataFrame({"BRA": [0.1, 0.3, 0.4, 0.8], "TRImed": [0.25] * 4})
    assert level_ratios(found, truth, ("TRImed", "BRA")) == pytest.approx((0.5, 2.0))
    assert level_ratios(found, truth, ("BRD", "BRA")) is None
