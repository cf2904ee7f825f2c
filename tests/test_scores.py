"""Metrics against cases that can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from deepemg.evaluate.levels import level_ratios
from deepemg.evaluate.metrics import coverage, lag_ms, nrmse, pearson_r, r2, rmse
from deepemg.evaluate.score_tables import DEEP_EMG, TORQUE, score_deep_emg, score_torque
from deepemg.reconstruct.contract import Reconstruction

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


def test_lag_is_positive_where_the_estimate_is_late():
    late = np.roll(WAVE, 7)
    assert lag_ms([WAVE[50:-50]], [late[50:-50]], rate_hz=100, longest_ms=200) == pytest.approx(70)
    assert lag_ms([late[50:-50]], [WAVE[50:-50]], rate_hz=100, longest_ms=200) == pytest.approx(-70)


def test_coverage_counts_and_admits_a_missing_band():
    assert coverage(np.arange(10.0), np.zeros(10), np.full(10, 4.0)) == 0.5
    assert np.isnan(coverage(WAVE, np.full(600, np.nan), np.full(600, np.nan)))


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
