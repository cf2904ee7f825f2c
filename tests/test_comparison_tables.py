"""The tables of docs/tables.md are those of the released runs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from deepemg.cli import docs
from deepemg.cli.main import app
from deepemg.generated_sections import END, START, has_section, with_section
from deepemg.report.comparison_tables import (
    comparison_sections,
    cross_validation_table,
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


def test_a_load_has_a_column_seen_and_one_not_seen():
    deep = scores()
    unseen = deep[deep["trial_load"] != "all"].assign(load=lambda rows: "not_" + rows["trial_load"], rmse=0.3)
    lines = unseen_load_table(pd.concat([deep, unseen])).splitlines()
    assert len(lines) == 4 and lines[2].startswith("| `copy` | 0.200 [0.600] | -1.00 [-1.00] | 0.300 [0.300] |")


def finished_run(folder: Path) -> pd.DataFrame:
    """A run of cross-validation with its table and a figure."""
    folder.mkdir()
    rows = [
        {"channel": "BIC", "method": "copy", "leave_out": out, "r2": 0.25, "r": 0.5, "rmse": 0.1}
        for out in ("trial", "load")
    ]
    table = pd.DataFrame(rows)
    table.to_csv(folder / "cross_validation.csv")
    for name in ("figure.png", "figure.svg"):
        (folder / name).write_text(name)
    return table


def test_publish_copies_tables_and_figures_and_sections_show_them(tmp_path):
    table = finished_run(tmp_path / "run")
    publish({"CUBE": tmp_path / "run"}, tmp_path / "released")
    copied = sorted(path.name for path in (tmp_path / "released" / "CUBE").iterdir())
    assert copied == ["cross_validation.csv", "figure.png"]
    assert comparison_sections(tmp_path / "released") == {"CUBE": cross_validation_table(table)}


def test_the_command_publishes_a_run_by_its_name(tmp_path):
    finished_run(tmp_path / "run")
    arguments = ["publish", "comparison", f"CUBE={tmp_path / 'run'}", "--released", str(tmp_path / "released")]
    assert CliRunner().invoke(app, arguments).exit_code == 0
    assert (tmp_path / "released" / "CUBE" / "cross_validation.csv").exists()


def test_docs_renews_the_sections_that_a_page_has(tmp_path, monkeypatch):
    table = finished_run(tmp_path / "run")
    publish({"CUBE": tmp_path / "run", "unshown": tmp_path / "run"}, tmp_path / "released")
    (tmp_path / "config").mkdir()
    page = tmp_path / "tables.md"
    page.write_text(f"before\n{START.format(name='CUBE')}\nold\n{END.format(name='CUBE')}\nafter")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(docs, "PAGES", {"tables.md": lambda: comparison_sections(Path("released"))})
    stale = CliRunner().invoke(app, ["docs", "--check"])
    assert stale.exit_code == 1 and "stale: tables.md" in stale.output and "old" in page.read_text()
    renewed = CliRunner().invoke(app, ["docs"])
    assert renewed.exit_code == 0 and "renewed: tables.md" in renewed.output
    text = page.read_text()
    assert "old" not in text and cross_validation_table(table) in text
    assert text.startswith("before") and text.endswith("after") and not has_section(text, "unshown")
    assert CliRunner().invoke(app, ["docs", "--check"]).exit_code == 0


def test_a_section_needs_both_of_its_marks():
    with pytest.raises(ValueError, match="lost one of the marks"):
        with_section(START.format(name="CUBE"), "CUBE", "new")


def test_a_last_digit_that_rounds_otherwise_is_no_change():
    assert docs.is_same("r 0.12, 3 of 5", "r 0.13, 3 of 5") and docs.is_same("r 0.12", "r 0.12")
    assert not docs.is_same("r 0.12", "r 0.14") and not docs.is_same("3 of 5", "4 of 5")
    assert not docs.is_same("r 0.12", "R 0.12") and not docs.is_same("r 0.12", "r 0.12 0.13")


def test_the_page_shows_the_released_tables(root, monkeypatch):
    monkeypatch.chdir(root)
    text, sections = (root / "docs" / "tables.md").read_text(), docs.tables_sections()
    released = {folder.name for folder in docs.RELEASED.joinpath("opponents").iterdir()}
    assert {"T1", "T2", "T3"} <= released <= set(sections)
    for name, content in sections.items():
        assert has_section(text, name) or name not in released, name
        if has_section(text, name):
            assert with_section(text, name, content) == text, name
