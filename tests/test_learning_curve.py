"""The learning curve: what its rows are, and that it reads a gain where there is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

from deepemg.pretrain import learning_curve
from deepemg.pretrain.learning_curve import curve_table, gain_per_doubling
from deepemg.pretrain.training import save_network
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator, Shape
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.report.learning_curve import plot


def test_a_row_for_each_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learning_curve, "CHUNKS", 1)
    monkeypatch.setattr(learning_curve, "SUBJECTS", 6)
    settings = learning_curve.read_settings()
    small = settings | {"training": settings["training"] | {"chunk": 8}}
    monkeypatch.setattr(learning_curve, "read_settings", lambda: small)
    for name, chunks in (("more", 4), ("few", 2)):
        torch.manual_seed(chunks)
        shape = Shape(len(ParameterScale().scheme), width=16, heads=2, layers=1, rank=2, local=8)
        save_network(DensityEstimator(shape), tmp_path / f"{name}.pt", [1.0] * chunks)
    table = curve_table([tmp_path / "more.pt", tmp_path / "few.pt"], [], tmp_path / "curve.csv")
    assert list(table["network"]) == ["few", "more"] and list(table["subjects"]) == [16, 32]
    assert np.isfinite(table.drop(columns="network").to_numpy(dtype=float)).all()
    assert len(pd.read_csv(tmp_path / "curve.csv")) == 2 and not list(tmp_path.glob("*.weights"))
    assert len(plot(table, "BRA").axes) == 2


def test_the_gain_of_a_doubling() -> None:
    table = pd.DataFrame({"subjects": [1000, 2000, 4000], "error": [0.08, 0.072, 0.0648]})
    assert gain_per_doubling(table, "error") == pytest.approx(0.9)
