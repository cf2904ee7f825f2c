"""Isometric contractions: plateau, levels, torque, what belongs to whom."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from conftest import make_trial, record
from deepemg.joint.definition import Joint
from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions
from deepemg.signals.envelopes import subject_envelopes
from deepemg.signals.recording import Contraction, envelope_matrix
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.tables import make_contractions
from folders import RATE, add, make_folder, measured


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "data")


def contractions(folder: Path) -> pd.DataFrame:
    """Table of a folder's contractions, with the levels that the workflow would have written."""
    subject, settings = read_subject(folder), EnvelopeSettings()
    clock = pd.concat(pd.DataFrame({"trial": t.trial, "time_s": np.arange(0, 4, 0.01)}) for t in subject.movements)
    _, levels = subject_envelopes(subject, "observed", clock, settings)
    return subject_contractions(subject, levels, settings)


def contraction(joint: Joint, role: str, angle: float, torque: float | None, **envelopes: float) -> Contraction:
    return Contraction(role, angle, torque, envelope_matrix(joint.muscle_names, envelopes))


def observed(one: Contraction, joint: Joint) -> dict[str, float]:
    """Envelopes by muscle, without those that are hidden."""
    return {name: value for name, value in zip(joint.muscle_names, one.envelopes, strict=True) if not np.isnan(value)}


def test_a_contraction_is_its_plateau(folder):
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
    (row,) = contractions(folder).to_dict("records")
    assert row["trial"] == "mvc" and row["role"] == "mvc"
    assert row["torque_nm"] == pytest.approx(60) and row["angle_rad"] == pytest.approx(np.pi / 2)
    assert row["BIClong"] == row["BICshort"]  # one channel
    assert 0.8 < row["BIClong"] <= 1 and 0.8 < row["TRIlat"] <= 1  # of the largest window of the same trial


def test_a_trial_without_angle_is_left_out(folder, elbow6):
    table = contractions(folder)
    assert list(table.columns) == [
        "trial",
        "role",
        "pronated",
        "angle_rad",
        "torque_nm",
        "BIClong",
        "BICshort",
        "TRIlat",
    ]
    assert len(table) == 0 and make_contractions(table, elbow6) == ()


def test_a_table_becomes_contractions(elbow6):
    table = pd.DataFrame(
        [("m", "mvc", False, 1.5, np.nan, 0.9), ("h", "hold", True, 1.4, 20.0, 0.3)],
        columns=["trial", "role", "pronated", "angle_rad", "torque_nm", "BIClong"],
    )
    one, two = make_contractions(table, elbow6)
    assert (one.role, one.angle, one.torque) == ("mvc", 1.5, None) and observed(one, elbow6) == {"BIClong": 0.9}
    assert (two.role, two.angle, two.torque) == ("hold", 1.4, 20.0) and observed(two, elbow6) == {"BIClong": 0.3}
    assert one.envelopes.shape == two.envelopes.shape == (len(elbow6.muscles),)
    assert not one.pronated and two.pronated


@pytest.mark.parametrize(("written", "pronated"), [("Pronated", True), ("neutral", False), ("", False)])
def test_a_sheet_says_how_the_palm_looked(folder, elbow6, written, pronated):
    measured(folder)
    add(folder / "trials.csv", "forearm", mvc=written)
    (one,) = make_contractions(contractions(folder), elbow6)
    assert one.pronated == pronated


def test_levels_are_those_of_the_movements(folder):
    """Half the level, twice the envelope: a contraction is measured in the unit of the movement trials."""
    measured(folder)
    subject, settings = read_subject(folder), EnvelopeSettings()
    levels = pd.DataFrame({"channel": ["bic", "lat"], "level": [100.0, 100.0]})
    (one,) = subject_contractions(subject, levels, settings).to_dict("records")
    (two,) = subject_contractions(subject, levels.assign(level=[50.0, 100.0]), settings).to_dict("records")
    assert two["BIClong"] == pytest.approx(2 * one["BIClong"]) and two["torque_nm"] == one["torque_nm"]


def test_a_hidden_muscle_is_hidden_in_contractions_too(elbow6):
    given = contraction(elbow6, "mvc", 1.5, None, BIClong=0.9, TRIlat=0.1)
    recording = record(elbow6, [make_trial(elbow6)], [given]).without(["BIClong"])
    (left,), (trial,) = recording.contractions, recording.trials
    assert observed(left, elbow6) == {"TRIlat": 0.1} and (left.role, left.angle, left.torque) == ("mvc", 1.5, None)
    assert "BIClong" not in trial.observed and "TRIlat" in trial.observed
