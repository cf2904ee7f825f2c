"""What random damage of texts and sheets has found: each case that once escaped ends in a typed error."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from deepemg.recordings.check import check_texts
from deepemg.signals.check import check_subject
from deepemg.signals.settings import SignalSettings
from folders import edit, make_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return make_folder(tmp_path / "data")


def ids(folder: Path) -> set[str]:
    """What is told of a folder, in lines that can be printed."""
    found = check_texts(folder, band_high_hz=450).problems
    assert all("\n" not in str(problem) and len(str(problem)) < 2000 and str(problem).encode() for problem in found)
    return {problem.id for problem in found}


# subject.yaml


@pytest.mark.parametrize(
    "value",
    ["!!timestamp x", "!!int ''", "!!bool maybe", "!!float ''", "2024-13-45", "&a [*a]", "&a {x: *a}"],
)
def test_tags_and_aliases_that_mean_nothing_are_no_yaml(folder, value):
    edit(folder / "subject.yaml", "elbow6", value)
    assert ids(folder) == {"DE-006"}


def test_a_few_lines_that_stand_for_billions_end_at_once(folder):
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]" for a, b in zip("abcdefgh", "bcdefghi", strict=True)]
    (folder / "subject.yaml").write_text("\n".join([*lines, "id: *i", ""]))
    start = time.process_time()
    assert ids(folder) == {"DE-006"} and time.process_time() - start < 1


@pytest.mark.parametrize("value", ["9" * 400, "0x" + "f" * 5000, "-0b" + "1" * 20_000])
def test_a_whole_number_that_no_float_holds_is_not_finite(folder, value):
    edit(folder / "subject.yaml", "value: 70", f"value: {value}")
    assert ids(folder) == {"DE-013"}


@pytest.mark.parametrize("name", ['"a\\0{trial}.csv"', '"\\ud800{trial}.csv"', '"\\x07"'])
def test_letters_that_cannot_be_printed_are_told(folder, name):
    edit(folder / "subject.yaml", "column: angle", f"column: angle\n  file: {name}")
    assert ids(folder) == {"DE-005"}


def test_a_comma_in_the_path_hides_no_fault_of_subject_yaml(tmp_path):
    folder = make_folder(tmp_path / "a, b")
    edit(folder / "subject.yaml", "\n  value: 70", "")
    assert "DE-002" in ids(folder)


# Sheets


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("lat,{emg_file},lat", "lat,{emg_file},l\x00t"),
        ("lat,{emg_file},lat", f"lat,{{emg_file}},{'x' * 200_000}"),
        ("raw,1000,observed", 'raw,1000,"observed'),
        ("kind,rate_hz", "kind,"),
    ],
    ids=["NUL", "a cell beyond measure", "a quote opened", "cells below no name"],
)
def test_a_sheet_loses_neither_rows_nor_cells(folder, old, new):
    edit(folder / "channels.csv", old, new)
    assert "DE-012" in ids(folder)


@pytest.mark.parametrize(
    "pattern", ["{trial:>999999999}", "{trial.__class__}", "{trial!r}", "{emg_file[0]}", "{trial:d}"]
)
def test_a_pattern_is_names_in_braces_and_no_more(folder, pattern):
    edit(folder / "channels.csv", "{emg_file}", pattern)
    assert ids(folder) == {"DE-025"}


@pytest.mark.parametrize("name", ["x" * 300, "y" * 300 + "/a.csv"])
def test_a_name_that_no_file_can_have_is_a_missing_file(folder, name):
    edit(folder / "trials.csv", "0_train_emg.csv", name)
    assert "DE-040" in ids(folder)


@pytest.mark.parametrize("name", ["#²", "#" + "9" * 490, "x" * 500])
def test_a_column_that_is_no_number_of_one_is_a_missing_column(folder, name):
    edit(folder / "channels.csv", ",bic,", f",{name},")
    assert "DE-041" in ids(folder)


def test_a_subject_without_a_movement_is_refused_and_judged_no_further(folder):
    text = (folder / "trials.csv").read_text().replace("movement", "hold").replace("train,", ",").replace("test,", ",")
    (folder / "trials.csv").write_text(text)
    assert "DE-033" in {problem.id for problem in check_subject(folder, settings=SignalSettings()).problems}


def test_a_torque_file_without_its_block_is_told_and_nothing_else_fails(folder):
    edit(folder / "trials.csv", "kinematics_file", "kinematics_file,torque_file")
    with (folder / "trials.csv").open("a") as file:
        file.write("h,hold,0,kg,,mvc_emg.csv,,t.csv\n")
    assert "DE-034" in ids(folder)
