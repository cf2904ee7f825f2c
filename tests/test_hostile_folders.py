"""Subject folders that somebody sent: nothing outside of them is opened, and no text keeps the check or commands it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from deepemg.audit.fuzz_outside import is_outside, watch_opened
from deepemg.recordings import limits
from deepemg.recordings.check import check_folders, check_texts, is_excluded
from deepemg.recordings.importers.signal_files import scan
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.read import read_emg
from deepemg.recordings.subject import read_subject
from deepemg.signals.check import check_subject
from deepemg.signals.settings import SignalSettings
from folders import edit, make_folder

SETTINGS = SignalSettings()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A sound folder, beside which lies a sound signal file that is none of its own."""
    folder = make_folder(tmp_path / "data")
    (tmp_path / "secret.csv").write_bytes((folder / "mvc_emg.csv").read_bytes())
    return folder


def ids(folder: Path, recordings: Path | None = None, *, whole: bool = False) -> set[str]:
    """Ids that are told in lines that can be printed, in seconds; with `whole` samples are read too."""
    start = time.process_time()
    if whole:
        problems = check_subject(folder, recordings, settings=SETTINGS).problems
    else:
        problems = check_texts(folder, recordings, band_high_hz=450).problems
    assert time.process_time() - start < 15  # the first of all imports what it needs
    assert all(str(problem).isprintable() and len(str(problem)) < 2000 for problem in problems)
    return {problem.id for problem in problems}


# Places


def link(path: Path, target: str | Path) -> None:
    path.unlink()
    path.symlink_to(target)


def pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def in_trials(name: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder / "trials.csv", "mvc_emg.csv", name)


def in_kinematics(line: str) -> Callable[[Path], None]:
    return lambda folder: edit(folder / "subject.yaml", "column: angle", f"column: angle\n  {line}")


ELSEWHERE: dict[str, Callable[[Path], None]] = {
    "a path from /": in_trials("/etc/passwd"),
    "a path that climbs out": in_trials("../../secret.csv"),
    "a path that comes back and climbs out": in_trials("../P1/../../secret.csv"),
    "a path of Windows": in_trials("..\\..\\secret.csv"),
    "another subject's file": in_trials("../P2/mvc_emg.csv"),
    "what the process holds": in_trials("/proc/self/environ"),
    "a device": in_trials("/dev/zero"),
    "a folder that only root may list": in_trials("../../../../../../root/x.csv"),
    "a pattern in channels.csv": lambda f: edit(f / "channels.csv", "{emg_file}", "../../secret.csv"),
    "a pattern of the angle": in_kinematics('file: "../../{trial}.csv"'),
    "a pattern of the velocity": in_kinematics("velocity: {column: x, unit: deg/s, file: ../../secret.csv}"),
    "a pattern of the torque": lambda f: (
        (f / "subject.yaml").open("a").write("torque: {column: x, unit: N m, file: ../../secret.csv}\n"),
        edit(f / "trials.csv", "kinematics_file", "kinematics_file,torque_file"),
        (f / "trials.csv").open("a").write("h,hold,0,kg,,mvc_emg.csv,,x\n"),
    ),
    "a model": lambda f: (f / "subject.yaml").open("a").write("model: ../../secret.csv\n"),
    "a link": lambda f: link(f / "mvc_emg.csv", f.parents[1] / "secret.csv"),
    "a link through a link": lambda f: ((f / "out").symlink_to(f.parents[1]), in_trials("out/secret.csv")(f)),
    "a link to a device": lambda f: link(f / "mvc_emg.csv", "/dev/zero"),
    "a link in place of a sheet": lambda f: link(f / "channels.csv", f.parents[1] / "secret.csv"),
    "a link in place of subject.yaml": lambda f: link(f / "subject.yaml", f.parents[1] / "secret.csv"),
    "a pipe": lambda f: pipe(f / "mvc_emg.csv"),
}  # fmt: skip


@pytest.mark.parametrize("name", ELSEWHERE)
def test_what_lies_elsewhere_is_told_and_not_opened(folder, name):
    ELSEWHERE[name](folder)
    opened = watch_opened()
    found = ids(folder, whole=True)
    assert "DE-045" in found
    secret = str(folder.parents[1] / "secret.csv")
    assert not [file for file in opened if is_outside(file) or os.path.realpath(file) == secret]


def test_nothing_elsewhere_is_opened_by_whoever_does_not_ask_first(folder):
    link(folder / "mvc_emg.csv", folder.parents[1] / "secret.csv")
    subject = read_subject(folder)
    with pytest.raises(RecordingError, match="DE-045"):
        read_emg(subject, subject.channels[0], subject.mvc_trials[0])


@pytest.mark.parametrize("where", ["within", "recordings", "the folder itself"])
def test_what_is_declared_is_opened(folder, tmp_path, where):
    """A link within the folder, one within the folder of recordings, and a subject folder that is a link."""
    recordings = None
    match where:
        case "within":
            (folder / "mvc_emg.csv").rename(folder / "kept.csv")
            (folder / "mvc_emg.csv").symlink_to("kept.csv")
        case "recordings":
            recordings = tmp_path / "recorded"
            recordings.mkdir()
            for path in folder.glob("*_*.csv"):
                path.rename(recordings / path.name)
            (recordings / "mvc_emg.csv").rename(recordings / "kept.csv")
            (recordings / "mvc_emg.csv").symlink_to("kept.csv")
        case _:
            (tmp_path / "kept").mkdir()
            folder.rename(tmp_path / "kept" / "P1")
            folder.symlink_to(tmp_path / "kept" / "P1")
    assert not {"DE-040", "DE-045"} & ids(folder, recordings)


@pytest.mark.parametrize("name", ["subject.yaml", "channels.csv", "trials.csv", "0_train_emg.csv"])
@pytest.mark.parametrize("kind", ["pipe", "folder", "link to itself"])
def test_a_pipe_or_a_folder_in_place_of_a_file_keeps_nobody_waiting(folder, name, kind):
    (folder / name).unlink()
    match kind:
        case "pipe":
            os.mkfifo(folder / name)
        case "folder":
            (folder / name).mkdir()
        case _:
            (folder / name).symlink_to(name)
    assert not is_excluded(folder)
    assert ids(folder) & {"DE-001", "DE-040", "DE-045"}


def test_an_import_takes_nothing_that_lies_elsewhere(folder, tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    (source / "own.csv").write_bytes((folder / "mvc_emg.csv").read_bytes())
    (source / "led.csv").symlink_to(tmp_path / "secret.csv")
    files, _, _ = scan(source, None)
    assert [file.path.name for file in files] == ["own.csv"]


# Texts


VALUES = {
    "source: 2025-13-45": "DE-006",
    "source: !!int ''": "DE-006",
    "source: 0b_": "DE-006",
    "side: !!int x": "DE-006",
    "source: !!timestamp x": "DE-006",
    "source: !!python/object/apply:os.system [ls]": "DE-006",
    "source: !!python/name:os.system": "DE-006",
    "source: *x": "DE-006",
    "source: " + "[" * 3000: "DE-006",
    "source: " + "[" * 3000 + "]" * 3000: "DE-006",
    "1: 2": "DE-003",
    "null: 2": "DE-003",
    "2024-05-01: 2": "DE-003",
    "? [a, b]\n: 2": "DE-006",
    "? {a: b}\n: 2": "DE-006",
    "height_m: .nan": "DE-013",
    "height_m: +.inf": "DE-013",
    "upper_arm_m: {value: -.inf}": "DE-013",
    "height_m: " + "9" * 5000: "DE-006",
    f"source: {'x' * 5000}": "DE-005",
    'source: "\\e]0;x\\a"': "DE-005",
    'source: "\\u202e"': "DE-005",
    "model: " + "x" * 900: "DE-040",
    f"clock: {{column: {'x' * 5000}}}": "DE-005",
    "mass_kg: 1": "DE-006",  # a key twice
}


@pytest.mark.parametrize("line", VALUES, ids=lambda line: line[:40])
def test_a_line_of_subject_yaml_that_means_nothing_is_told(folder, line):
    with (folder / "subject.yaml").open("a") as file:
        file.write(line + "\n")
    assert VALUES[line] in ids(folder)


def test_a_fault_of_yaml_names_the_line_and_not_what_stands_in_it(folder):
    (folder / "subject.yaml").write_text("id: P1\nroot:x:0:0 Anna: [\n")
    (problem,) = check_texts(folder, band_high_hz=450).problems
    assert problem.id == "DE-006" and "line 3" in problem.place and "Anna" not in str(problem)


def test_twenty_thousand_keys_end_soon(folder):
    (folder / "subject.yaml").write_text("".join(f"k{number}: 1\n" for number in range(9_000)))
    assert "DE-003" in ids(folder)


PATTERNS = ["{trial.x}", "{trial[a]}", "{trial:>3000000000}", "{trial!r}", "{0}", "{}", "{trial", "{trial:{trial}}"]


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("where", ["channels", "kinematics", "velocity"])
def test_a_pattern_holds_names_only(folder, pattern, where):
    if where == "channels":
        edit(folder / "channels.csv", "{emg_file}", pattern)
    else:
        entry = f'file: "{pattern}"'
        in_kinematics(entry if where == "kinematics" else f"velocity: {{column: x, unit: deg/s, {entry}}}")(folder)
    assert ids(folder) == {"DE-025"}


CELLS = [
    ("channels.csv", "raw,1000", "raw,+nan", "DE-013"),
    ("channels.csv", "raw,1000", "raw,+inf", "DE-013"),
    ("channels.csv", "raw,1000", "raw,1e999", "DE-013"),
    ("channels.csv", "bic,{", f"{'x' * 5000},{{", "DE-005"),
    ("channels.csv", "bic,{", "b\x1b[2Jc,{", "DE-005"),
    ("channels.csv", "lat,{", " BIC ,{", "DE-021"),
    ("trials.csv", "movement,0,", "movement,nan,", "DE-013"),
    ("trials.csv", "0_train,", f"{'x' * 5000},", "DE-005"),
    ("trials.csv", "0_train,", "-cmd,", "DE-005"),
    ("trials.csv", "0_train_emg.csv", "x" * 5000, "DE-005"),
    ("trials.csv", "trial,role", "trial, Trial ,role", "DE-010"),
]


@pytest.mark.parametrize(("name", "old", "new", "identity"), CELLS, ids=lambda text: text[:20])
def test_a_cell_that_means_nothing_is_told(folder, name, old, new, identity):
    edit(folder / name, old, new)
    assert identity in ids(folder)


LIMITS = [("subject.yaml", "description", 5e-5), ("trials.csv", "sheet", 1e-4), ("trials.csv", "rows", 3)]


@pytest.mark.parametrize(("name", "limit", "value"), LIMITS)
def test_texts_have_limits(folder, monkeypatch, name, limit, value):
    monkeypatch.setitem(limits.limits()[limit], "value", value)
    assert "DE-047" in ids(folder)


def test_as_many_trials_as_may_be_are_checked_in_a_minute(folder):
    """Each trial is held against each other: a thousand small rows must not ask for hours."""
    table = pd.read_csv(folder / "trials.csv", dtype=str)
    many = pd.concat([table.iloc[:1]] * 300, ignore_index=True)
    many["trial"] = [f"t{number}" for number in range(300)]
    pd.concat([table, many]).to_csv(folder / "trials.csv", index=False)
    start = time.process_time()
    check_texts(folder, band_high_hz=450)
    assert time.process_time() - start < 20


def test_folders_that_cannot_be_looked_into_are_told_or_passed_over(folder, tmp_path):
    (tmp_path / "data" / "x").mkdir(mode=0)
    (tmp_path / "data" / "y").symlink_to("y")
    assert set(check_folders(tmp_path / "data", band_high_hz=450)) == {"P1"}


def test_a_name_of_a_folder_cannot_command_a_terminal(tmp_path):
    folder = make_folder(tmp_path / "data\x1b[2J\nred")
    edit(folder / "channels.csv", "BIC", "XYZ")
    assert "DE-020" in ids(folder)


def test_damage_of_subject_yaml_is_told_where_its_folder_has_an_odd_name(tmp_path):
    folder = make_folder(tmp_path / "a\nb")
    edit(folder / "subject.yaml", "unit: deg", "unit: parsec")
    assert ids(folder) == {"DE-004"}


def test_a_header_that_is_no_number_is_no_clock(folder):
    rows = "".join(f"{place / 1000},{place}\n" for place in np.arange(30))
    (folder / "n.csv").write_text(
        f"type,name,time_units,begin_time,frequency,count,units\nemg,bic,s,nan,1000,30,uV\n\ntime,value\n{rows}"
    )
    edit(folder / "trials.csv", "mvc_emg.csv", "n.csv")
    edit(folder / "subject.yaml", "format: csv\n", "")
    assert "DE-060" in ids(folder)
