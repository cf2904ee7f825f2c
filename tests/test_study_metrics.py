"""The study in a few numbers: those of the tables, and what DVC reads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from deepemg.report.release import released_summary
from deepemg.report.study_metrics import study_metrics

RELEASED = Path("results/released")


def scores(**columns: object) -> pd.DataFrame:
    """Test rows of fits per load."""
    frame = pd.DataFrame(columns)
    return frame.assign(split="test", trial_load=frame["load"])


def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    cells = {"subject": ["S1", "S2"] * 2, "load": "0kg", "method": ["copy", "copy", "nmm", "nmm"]}
    deep = scores(
        **cells, muscle="BRA", rmse=[0.1, 0.3, 0.2, 0.1], r=[0.5, 0.9, np.nan, np.nan], coverage90=[0.9, 0.3] * 2
    )
    return deep, scores(**cells, rmse_nm=[1.0, 2.0, 3.0, 6.0])


def test_numbers_are_those_of_the_cells() -> None:
    deep, torque = tables()
    pooled = deep.assign(load="all", rmse=9.0)  # fits for all loads are another study
    phases = deep.assign(phase="lifting 40-80 deg", bias=[0.1, 0.4, -0.2, -0.4])
    found = study_metrics(pd.concat([deep, pooled], ignore_index=True), torque, phases)
    assert found["copy"]["BRA"] == {
        "rmse_median": 0.2, "rmse_mean": 0.2, "rmse_worst": 0.3, "r_median": 0.7, "r_mean": 0.7, "r_worst": 0.5,
        "coverage90_median": 0.6, "coverage90_mean": 0.6, "coverage90_worst": 0.3,
        "best_in": 1, "cells": 2, "covered": 1,
        "bias_lifting_40_80_deg_median": 0.25, "bias_lifting_40_80_deg_mean": 0.25,
    }  # fmt: skip
    assert found["nmm"]["torque"] == {"rmse_nm_median": 4.5, "rmse_nm_mean": 4.5, "rmse_nm_worst": 6.0}
    assert not any(name.startswith("r_") for name in found["nmm"]["BRA"])  # flat everywhere: JSON has no NaN


def test_a_study_without_a_truth_has_its_torque() -> None:
    deep, torque = tables()
    found = study_metrics(deep.iloc[:0], torque)
    assert set(found) == {"copy", "nmm"} and set(found["nmm"]) == {"torque"}


def test_the_published_metrics_are_those_of_the_published_tables(root: Path) -> None:
    published = json.loads((root / RELEASED / "metrics.json").read_text())
    files = [root / RELEASED / "tables" / f"{name}.csv" for name in ("deep_emg", "torque", "deep_emg_by_phase")]
    made = study_metrics(*(pd.read_csv(file) for file in files if file.exists()))  # a release before it has no phases
    assert set(published) == set(made)
    for method, parts in made.items():
        for part, numbers in parts.items():
            assert published[method][part] == pytest.approx(numbers, abs=1e-5, rel=1e-4), (method, part)
    lines = released_summary(root / RELEASED / "tables").splitlines()
    ours = [line for line in lines if line.startswith("| NMM (ours)")]
    for part, line in zip(("BRA", "TRImed"), ours, strict=True):
        own = made["nmm"][part]
        assert f"| {own['rmse_median']:.3f}, {own['rmse_mean']:.3f} [{own['rmse_worst']:.3f}] |" in line
        assert (
            f"| {own['coverage90_mean']:.2f} [{own['coverage90_worst']:.2f}] | {own['covered']} of {own['cells']} |"
            in line
        )
        assert f"best in {own['best_in']} of {own['cells']}" in line


@pytest.mark.slow
def test_dvc_reads_them_and_runs_nothing(root: Path) -> None:
    listed = yaml.safe_load((root / "dvc.yaml").read_text())
    assert set(listed) == {"metrics", "plots"}
    assert all((root / path).is_file() for path in [*listed["metrics"], *listed["plots"]])
    told = subprocess.run(
        [sys.executable, "-m", "dvc", "metrics", "show", "--json"], cwd=root, capture_output=True, text=True, check=True
    )
    assert "rmse_median" in told.stdout and "error" not in told.stdout
