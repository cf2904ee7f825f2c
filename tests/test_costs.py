"""What a method costs, as Snakemake measured it, and what it failed at."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepemg.evaluate.costs import ENGINES, costs
from deepemg.reconstruct.registry import METHODS


def _fit(folder: Path, subject: str, method: str, seconds: str, history: str) -> Path:
    benchmark = folder / "benchmarks" / subject / "all" / f"{method}.tsv"
    loss = folder / subject / "all" / method / "loss.csv"
    for path, text in (
        (benchmark, f"s\th:m:s\tmax_rss\tcpu_time\n{seconds}\t0:00:02\t300.0\t-\n"),
        (loss, history),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return loss


def test_costs_are_counted_by_method(tmp_path: Path) -> None:
    losses = [
        _fit(tmp_path, "S1", "copy", "2.0", "epoch,loss\n"),
        _fit(tmp_path, "S2", "copy", "4.0", "epoch,loss\n"),
        _fit(tmp_path, "S1", "moco-1", "9.0", "epoch,loss,converged\n30,1.0,True\n500,2.0,False\n"),
    ]
    _fit(tmp_path, "S9", "copy", "99.0", "epoch,loss\n")  # a subject that is no longer in the cohort
    copy, moco = costs(tmp_path / "benchmarks", losses, {"copy": "copy", "moco-1": "moco"}).to_dict("records")
    assert copy["fits"] == 2 and copy["wall_s"] == 3.0 and copy["peak_mb"] == 300.0 and copy["cpu_s"] != copy["cpu_s"]
    assert copy["not_converged"] == 0 and moco["not_converged"] == 1 and moco["engines"].startswith("opensim ")
    with pytest.raises(FileNotFoundError, match="mse"):
        costs(tmp_path / "benchmarks", losses, {"mse": "mse"})


def test_every_method_names_its_engines() -> None:
    assert set(ENGINES) == set(METHODS)
