"""Texts of users in tables: none of them is a formula, and each comes back as it was."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest
from matplotlib.figure import Figure

from deepemg.recordings.importers.sheets import channels_text
from deepemg.recordings.protocol import protocol_table
from deepemg.recordings.sheet import read_sheet
from deepemg.recordings.subject import read_subject
from deepemg.report.figure_files import write_figure
from deepemg.signals.tables import read_levels, write_levels
from deepemg.spreadsheet import as_text, as_written, without_formulas
from folders import edit, make_folder

FORMULAS = ["=HYPERLINK(1)", "=1+1", "@SUM(1)", "+cmd|x", "-cmd|x", "-1+2", "\t=1", "\r=1", "\n=1", "-(1)", "+x"]
PLAIN = ["-1", "+1", "-1,5", "-1.5e-3", "+49 170", "-5 %", "-", "a=b", "1-2", "", "BIC", "'quoted'"]


@pytest.mark.parametrize("cell", FORMULAS)
def test_a_formula_becomes_a_text_and_comes_back(cell: str) -> None:
    assert as_text(cell) == f"'{cell}" == as_text(as_text(cell)) and as_written(as_text(cell)) == cell


@pytest.mark.parametrize("cell", PLAIN)
def test_what_is_no_formula_stays(cell: str) -> None:
    assert as_text(cell) == cell == as_written(cell)


def test_numbers_and_gaps_of_a_table_stay() -> None:
    table = pd.DataFrame({"a": [-1.5, float("nan")], "b": [None, "=1"], "c": [1, -2], "d": [True, False]})
    found = without_formulas(table)
    assert (
        found["b"].isna().tolist() == [True, False]
        and found["b"][1] == "'=1"
        and found.drop(columns="b").equals(table.drop(columns="b"))
    )
    assert found.dtypes.equals(table.dtypes)


@pytest.mark.parametrize("name", ["=cmd|x", "@a", "1", "NA", "-1", "nan", "a"])
def test_levels_are_read_as_they_were_written(name: str, tmp_path: Path) -> None:
    levels = pd.DataFrame({"channel": [name], "level": [0.1 + 0.2], "unit": ["uV"], "reference": ["mvc"]})
    write_levels(levels, tmp_path / "levels.csv")
    pd.testing.assert_frame_equal(read_levels(tmp_path / "levels.csv"), levels, check_exact=True)
    assert f"\n{as_text(name)}," in (tmp_path / "levels.csv").read_text()


def test_a_source_that_is_a_formula_reaches_no_table(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    with (folder / "subject.yaml").open("a") as file:
        file.write('source: "=HYPERLINK(\\"http://x\\")"\n')
    table = without_formulas(protocol_table([read_subject(folder)]))
    assert table["source"].tolist() == ['\'=HYPERLINK("http://x")']


def test_a_column_that_is_a_formula_is_drafted_as_a_text_and_read_as_it_is(tmp_path: Path) -> None:
    row = {"name": "bic", "file": "{emg_file}", "column": "=A1", "muscle": "BIC", "unit": "uV", "kind": "raw"}
    (tmp_path / "channels.csv").write_text(channels_text([row]))
    assert "'=A1" in (tmp_path / "channels.csv").read_text()
    (read,) = read_sheet(tmp_path / "channels.csv").rows.values()
    assert read["column"] == "=A1"


def test_numbers_of_a_figure_hold_no_formula(tmp_path: Path) -> None:
    names = ("svg", "png", "csv", "column_svg", "column_png")
    files = SimpleNamespace(**{name: str(tmp_path / name) for name in names})
    write_figure(files, pd.DataFrame({"subject": ["=1"]}), lambda width_mm: Figure())
    assert (tmp_path / "csv").read_text() == "subject\n'=1\n"


def test_scripts_write_texts_of_users_without_formulas(root: Path) -> None:
    """Tables that hold names of channels, or what subject.yaml says."""
    scripts = root / "workflow" / "scripts"
    assert "without_formulas(protocol_table(" in (scripts / "tabulate_subjects.py").read_text()
    assert "write_levels(levels" in (scripts / "process_emg.py").read_text()


def test_a_folder_whose_names_are_formulas_is_checked(tmp_path: Path) -> None:
    folder = make_folder(tmp_path)
    edit(folder / "channels.csv", "bic,{emg_file},bic", "'=bic,{emg_file},bic")
    assert read_subject(folder).channels[0].name == "=bic"
