"""The tables of docs/methods.md are those of the released runs."""

from __future__ import annotations

import pandas as pd

from deepemg.report.opponents import (
    END,
    MARK,
    cross_validation_table,
    page_tables,
    publish,
    scores_table,
    unseen_load_table,
)

CELL = {"subject": "S1", "load": "all", "split": "test", "rmse": 0.1, "r": 0.5, "r2": -1.0, "coverage90": 0.9}


def scores() -> pd.DataFrame:
    rows = [
        CELL | {"method": method, "muscle": muscle, "trial_load": load, "rmse": rmse}
        for method in ("copy", "mse-pca")
        for muscle in ("BRA", "TRImed")
        for load, rmse in (("0kg", 0.1), ("2kg", 0.2), ("4kg", 0.6), ("all", 9.0))
    ]
    return pd.DataFrame(rows)


def test_a_row_per_method_with_median_and_worst_cell():
    deep = scores()
    table = scores_table(deep, deep.rename(columns={"rmse": "rmse_nm"}))
    lines = table.splitlines()
    assert len(lines) == 4 and lines[2].startswith("| `copy` | 0.200 [0.600] | 0.50 [0.50] | -1.00 [-1.00] | 0.90 |")
    assert lines[3].startswith("| `mse-pca`") and "9.0" not in table


def test_flat_cells_are_counted():
    deep = scores()
    deep.loc[deep["trial_load"] == "2kg", "r"] = float("nan")
    assert "0.50 [0.50], 1 flat" in scores_table(deep, deep.rename(columns={"rmse": "rmse_nm"}))


def test_a_load_is_told_seen_and_not_seen():
    deep = scores()
    unseen = deep[deep["trial_load"] != "all"].assign(load=lambda rows: "not_" + rows["trial_load"], rmse=0.3)
    lines = unseen_load_table(pd.concat([deep, unseen])).splitlines()
    assert len(lines) == 4 and lines[2].startswith("| `copy` | 0.200 [0.600] | -1.00 [-1.00] | 0.300 [0.300] |")


def test_publish_copies_what_it_tells(tmp_path):
    run, page = tmp_path / "run", tmp_path / "methods.md"
    run.mkdir()
    rows = [
        {"channel": "BIC", "method": "copy", "leave_out": out, "r2": 0.25, "r": 0.5, "rmse": 0.1}
        for out in ("trial", "load")
    ]
    pd.DataFrame(rows).to_csv(run / "cross_validation.csv")
    page.write_text(f"before\n{MARK.format(name='CUBE')}\nold\n{END.format(name='CUBE')}\nafter")
    publish({"CUBE": run}, tmp_path / "released", page)
    assert (tmp_path / "released" / "CUBE" / "cross_validation.csv").exists()
    text = page.read_text()
    assert "old" not in text and cross_validation_table(pd.DataFrame(rows)) in text and text.endswith("after")


def test_the_page_tells_the_released_tables(root):
    text = (root / "docs" / "methods.md").read_text()
    released = sorted((root / "results" / "released" / "opponents").iterdir())
    assert {"T1", "T2", "T3"} <= {folder.name for folder in released}
    for folder in released:
        assert page_tables(folder.name, folder)[folder.name] in text, folder.name
