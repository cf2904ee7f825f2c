"""The engineer's notebook runs from its first cell to its last, and is committed without outputs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import matplotlib
import pytest


def cells(root: Path) -> list[dict[str, Any]]:
    return json.loads((root / "examples" / "engineer.ipynb").read_text())["cells"]


def test_the_notebook_holds_no_outputs(root):
    code = [cell for cell in cells(root) if cell["cell_type"] == "code"]
    assert code and all(not cell["outputs"] and cell["execution_count"] is None for cell in code)


@pytest.mark.slow
def test_the_notebook_runs(root, tiny_cohort, tmp_path, monkeypatch):
    matplotlib.use("Agg")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "S1").symlink_to(tiny_cohort / "S1")
    (tmp_path / "examples").mkdir()
    monkeypatch.chdir(tmp_path / "examples")
    names: dict[str, Any] = {}
    for cell in cells(root):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), "engineer.ipynb", "exec"), names)
    assert [axis.get_ylabel().split("\n")[0] for axis in names["axes"]] == ["brachialis", "triceps medial head"]
    assert all(len(axis.get_lines()) == 2 for axis in names["axes"])
    assert (names["again"].mean == names["found"].mean).all()
    written = {"joint.osim", "2kg_test_excitations.sto", "2kg_test_moment.sto", "S1.nmm"}
    assert {file.name for file in (tmp_path / "examples" / "S1_opensim").iterdir()} == written
