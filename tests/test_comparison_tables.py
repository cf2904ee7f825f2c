"""The tables of docs/tables.md are those of the released runs."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from deepemg.cli import docs
from deepemg.cli.main import app
from deepemg.evaluate.phases import PHASES
from deepemg.generated_sections import END, START, has_section, with_section
from deepemg.report.comparison_tables import (
    comparison_sections,
    cross_validation_table,
    phases_table,
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


def test_a_table_per_muscle_with_a_row_per_method():
    deep = scores()
    table = scores_table(deep, deep.rename(columns={"rmse": "rmse_nm"}), {"TRImed": ["triceps long head"]})
    lines = table.splitlines()
    titles = [line for line in lines if line.startswith("**")]
    assert titles == ["**BRA**", "**TRImed: prior, not measured**", "**Torque**"]
    rows = [line for line in lines if line.startswith("| `copy`")]
    assert (
        rows[0] == "| `copy` | 0.200, 0.300 [0.600] | 0.50, 0.50 [0.50] | -1.00, -1.00 [-1.00] | 0.90 [0.90] | 3 of 3 |"
    )
    assert len(rows) == 3 and "9.0" not in table  # rows over all loads together would count a trial twice
    assert "CRPS" not in table and "closer in" not in table  # what the table has not, and `nmm` was not fitted


def test_flat_cells_are_counted():
    deep = scores()
    deep.loc[deep["trial_load"] == "2kg", "r"] = float("nan")
    assert "0.50, 0.50 [0.50], 1 flat" in scores_table(deep, deep.rename(columns={"rmse": "rmse_nm"}))


def test_bands_are_told_by_mean_and_worst_and_by_the_cells_that_they_cover():
    deep = scores().assign(coverage90=lambda rows: rows["trial_load"].map({"0kg": 1.0, "2kg": 0.99, "4kg": 0.2}))
    table = scores_table(deep, deep.rename(columns={"rmse": "rmse_nm"}))
    assert "| 0.73 [0.20] | 2 of 3 |" in table and "0.99" not in table  # the median, which hides the third
    none = deep.assign(coverage90=float("nan"))
    assert "| no band |  |" in scores_table(none, deep.rename(columns={"rmse": "rmse_nm"}))


def test_phases_have_two_rows_per_method_and_an_older_release_says_so(tmp_path):
    cells = {"subject": "S1", "load": "0kg", "split": "test", "trial_load": "0kg", "muscle": "BRA", "method": "nmm"}
    rows = [
        cells | {"phase": phase, "bias": 0.1 * place, "bias_without_level": -0.1} for place, phase in enumerate(PHASES)
    ]
    pd.DataFrame(rows).to_csv(tmp_path / "deep_emg_by_phase.csv", index=False)
    found = phases_table(tmp_path / "deep_emg_by_phase.csv", pooled=False).splitlines()
    assert found[0] == "**BRA**" and found[2] == f"| method | reconstruction | {' | '.join(PHASES)} |"
    assert found[4].startswith("| `nmm` | as it is | +0.00, +0.00 | +0.10, +0.10 | +0.20, +0.20 |")
    assert found[5].startswith("| `nmm` | level taken out | -0.10, -0.10 |")
    assert phases_table(tmp_path / "none.csv").startswith("Not in this release")


def test_a_load_has_a_column_seen_and_one_not_seen():
    deep = scores()
    unseen = deep[deep["trial_load"] != "all"].assign(load=lambda rows: "not_" + rows["trial_load"], rmse=0.3)
    lines = unseen_load_table(pd.concat([deep, unseen])).splitlines()
    assert len(lines) == 4 and lines[2].startswith(
        "| `copy` | 0.200, 0.300 [0.600] | -1.00, -1.00 [-1.00] | 0.300, 0.300 [0.300] |"
    )


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
