"""Isometric contractions: plateau, levels, torque, what belongs to whom."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from conftest import make_trial
from test_recordings import EMG, RATE, add, edit, folder, measured  # noqa: F401

from deepemg.reconstruct.contract import Contraction
from deepemg.reconstruct.trials import make_contractions
from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions


def test_a_contraction_is_its_plateau(folder):  # noqa: F811
    """Two seconds: rest, then an effort; torque tells which samples are the effort."""
    measured(folder)
    time = np.arange(0, 2, 0.01)
    moment = np.where(time < 1, 5.0, 60.0)
    pd.DataFrame({"time": time, "moment": moment, "angle": np.where(time < 1, 60.0, 90.0)}).to_csv(
        folder / "mvc_joint.csv", index=False
    )
    noise = np.random.default_rng(1).normal(0, 1, (2 * RATE, 2))
    noise *= np.where(np.arange(2 * RATE) < RATE, 10, 300)[:, None]
    pd.DataFrame(noise, columns=["bic", "lat"]).to_csv(folder / "mvc_emg.csv", index=False)
    (row,) = subject_contractions(read_subject(folder), EMG).to_dict("records")
    assert row["trial"] == "mvc" and row["role"] == "mvc"
    assert row["torque_nm"] == pytest.approx(60) and row["angle_rad"] == pytest.approx(np.pi / 2)
    assert row["BIClong"] == row["BICshort"]  # one channel
    assert 0.8 < row["BIClong"] <= 1 and 0.8 < row["TRIlat"] <= 1  # of the largest window of the same trial


def test_a_trial_without_angle_is_left_out(folder):  # noqa: F811
    table = subject_contractions(read_subject(folder), EMG)
    assert list(table.columns) == ["trial", "role", "angle_rad", "torque_nm", "BIClong", "BICshort", "TRIlat"]
    assert len(table) == 0 and make_contractions(table) == ()


def test_a_table_becomes_contractions():
    table = pd.DataFrame(
        [("m", "mvc", 1.5, np.nan, 0.9), ("h", "hold", 1.4, 20.0, 0.3)],
        columns=["trial", "role", "angle_rad", "torque_nm", "BIClong"],
    )
    assert make_contractions(table) == (
        Contraction("mvc", 1.5, None, {"BIClong": 0.9}),
        Contraction("hold", 1.4, 20.0, {"BIClong": 0.3}),
    )


def test_a_hidden_muscle_is_hidden_in_contractions_too(elbow6):
    trial = replace(make_trial(elbow6), contractions=(Contraction("mvc", 1.5, None, {"BIClong": 0.9, "TRIlat": 0.1}),))
    (left,) = trial.without(["BIClong"]).contractions
    assert left.envelopes == {"TRIlat": 0.1} and "BIClong" not in trial.without(["BIClong"]).envelopes
