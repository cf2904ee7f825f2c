"""What a method costs, as Snakemake measured it."""

from __future__ import annotations

from pathlib import Path

import pytest

from deepemg.evaluate.costs import costs


def test_costs_are_told_by_method(tmp_path: Path) -> None:
    for load, seconds in (("0kg", "2.0"), ("all", "4.0")):
        folder = tmp_path / "S1" / load
        folder.mkdir(parents=True)
        (folder / "copy.tsv").write_text(f"s\th:m:s\tmax_rss\tcpu_time\n{seconds}\t0:00:02\t300.0\t-\n")
    (row,) = costs(tmp_path, ["copy"]).to_dict("records")
    assert row["fits"] == 2 and row["wall_s"] == 3.0 and row["peak_mb"] == 300.0 and row["cpu_s"] != row["cpu_s"]
    with pytest.raises(FileNotFoundError, match="mse"):
        costs(tmp_path, ["mse"])
