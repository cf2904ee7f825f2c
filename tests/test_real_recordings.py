"""The same workflow on real recordings: CUBE, raw EMG of one man, brachioradialis put aside."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepemg.joint.storage import read_storage
from study import Study

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def results(cube: Path, root: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    study = Study(tmp_path_factory.mktemp("cube"), root)
    shutil.copytree(root / "examples", study.folder / "examples")
    results = "results/real"
    wanted = [f"{results}/tables/{name}.csv" for name in ("subjects", "torque", "deep_emg")]
    wanted += [f"{results}/CUBE1/report.html"]
    study.run(*wanted, "--config", "data=examples/cube", f"recordings={cube}", f"results={results}")
    return study.folder / results


def test_tables_hold_brachioradialis_at_every_load(results):
    deep = pd.read_csv(results / "tables" / "deep_emg.csv")
    assert set(deep["muscle"]) == {"BRD"} and set(deep["method"]) == {"copy", "so", "mse", "nmm-paper", "nmm"}
    assert {"2.75lb", "4.4lb", "5.5lb", "all"} == set(deep["load"])
    assert np.isfinite(deep["rmse"]).all()
    torque = pd.read_csv(results / "tables" / "torque.csv")
    assert len(torque) == 5 * (3 * 2 + 2 * 4) and np.isfinite(torque["rmse_nm"]).all()


def test_angles_beyond_the_joint_are_said(results):
    """The sensor's zero is off: a third of some trials lies outside the 0 to 130 deg of the geometry."""
    assert "outside the joint's 0 to 130 deg" in (results / "CUBE1" / "report.html").read_text().replace("&#39;", "'")


def test_no_mvc_is_said_everywhere(results):
    subjects = pd.read_csv(results / "tables" / "subjects.csv")
    assert list(subjects["emg_level"]) == ["training maximum"]
    assert "not %MVC" in (results / "CUBE1" / "report.html").read_text()


def test_both_biceps_heads_carry_the_one_recorded_channel(results):
    envelopes = pd.read_parquet(results / "CUBE1" / "envelopes.parquet")
    assert list(envelopes.columns) == ["trial", "time_s", "BIClong", "BICshort", "TRIlat"]
    assert envelopes["BIClong"].equals(envelopes["BICshort"])
    held_out = pd.read_parquet(results / "CUBE1" / "held_out.parquet")
    assert list(held_out.columns) == ["trial", "time_s", "BRD"]


def test_torque_is_that_of_a_curl_with_these_loads(results):
    """2.5 kg at 0.33 m and the forearm: some 12 N m when horizontal, nothing like it hanging."""
    kinematics = pd.read_parquet(results / "CUBE1" / "kinematics.parquet")
    table = pd.read_parquet(results / "CUBE1" / "torque.parquet")
    assert table[["trial", "time_s"]].equals(kinematics[["trial", "time_s"]])
    torque = table["torque_nm"]
    stored = read_storage(results / "CUBE1" / "torque.sto")
    assert stored.iloc[:, 1].to_numpy() == pytest.approx(torque.to_numpy(), abs=1e-9)
    heaviest = kinematics["load"] == "5.5lb"
    horizontal = heaviest & (np.abs(np.rad2deg(kinematics["angle_rad"]) - 90) < 5)
    assert 8 < torque[horizontal].median() < 14
    lightest = kinematics["load"] == "2.75lb"
    assert torque[lightest].abs().max() < torque[heaviest].abs().max()
