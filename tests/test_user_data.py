"""Nothing that a user made is ever changed: whatever is run, dropped-in subjects keep their files, bytes and times."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deepemg.cli.main import app
from deepemg.own_folder import MARK, outside_subjects, own_folder
from study import Study, spoil

ENVELOPES = "results/S1/envelopes.parquet"


Contents = dict[str, tuple[bytes, int, int]]


def drop_in(folder: Path, cohort: Path) -> Callable[[], Contents]:
    """Two subjects in `data` with notes of the lab, one in `lab` that is not finished; gives what looks at all of it.

    That is the bytes, time stamp and mode of every file and folder.
    """
    data = folder / "data"
    shutil.copytree(cohort, data)
    (data / "S1" / "notes of the lab.txt").write_text("electrode 3 fell off\n")
    (data / "S1" / ".hidden.part").write_text("mine\n")
    shutil.copytree(data / "S1", data / "S2")
    spoil(data / "S2" / "subject.yaml", "id: S1", "id: S2")
    (folder / "lab" / "later").mkdir(parents=True)
    (folder / "lab" / "later" / "channels.csv").write_text("name\n")

    def look() -> Contents:
        found = {}
        for path in [*data.rglob("*"), *(folder / "lab").rglob("*")]:
            status = path.stat()
            made = path.read_bytes() if path.is_file() else b""
            found[str(path.relative_to(folder))] = (made, status.st_mtime_ns, status.st_mode)
        return found

    return look


RUNS = {  # arguments of snakemake, and whether it takes them
    "a rule again": ((ENVELOPES, "--force"), True),
    "everything again": ((ENVELOPES, "--forceall"), True),
    "touched": ((ENVELOPES, "--touch"), True),
    "results in data": ((ENVELOPES, "--config", "results=data"), False),
    "results in a subject": ((ENVELOPES, "--config", "results=data/S1"), False),
    "all outputs deleted": (("all", "--delete-all-output"), True),
}


@pytest.mark.long
def test_no_run_of_the_workflow_changes_a_subject(tiny_cohort: Path, root: Path, tmp_path: Path) -> None:
    study = Study(tmp_path, root)
    look = drop_in(tmp_path, tiny_cohort)
    before = look()
    study.run(ENVELOPES)
    for name, (arguments, taken) in RUNS.items():
        said = study.run(*arguments, check=taken)
        assert taken or "DE-132" in said, name
        assert look() == before, name
    assert not (tmp_path / ENVELOPES).exists()


COMMANDS = {
    "check": ("check", "S1"),
    "new, of one that is there": ("new", "S1"),
    "new, of one that is not finished": ("new", "later", "--data", "lab"),
    "import into one that is there": ("import", "csv", "data/S1", "S2"),
    "import into one that is not finished": ("import", "csv", "data/S1", "lab/later"),
    "a cohort into the folder": ("simulate", "--seed", "1", "--subjects", "2", "--tier", "T5", "--out", "data"),
    "a cohort into a subject": ("simulate", "--seed", "1", "--out", "data/S1"),
    "reconstructed into the subject": ("reconstruct", "data/S1", "--method", "copy", "--out", "data/S1"),
    "reconstructed below the subject": ("reconstruct", "data/S1", "--method", "copy", "--out", "data/S1/deep"),
    "reconstructed among other files": ("reconstruct", "data/S1", "--method", "copy", "--out", "lab/later"),
    "exported into the subject": ("export", "S1", "data/S1"),
    "trained into the subject": ("train", "network", "--chunks", "1", "--out", "data/S1/rest_emg.csv.gz"),
    "audited into the subject": ("audit", "--part", "speed", "--out", "data/S1"),
    "timed into the subject": ("bench", "data/S1/trials.csv"),
    "fetched": ("fetch",),
    "released, with nothing to release": ("publish", "study"),
}


@pytest.mark.slow
def test_no_command_changes_a_subject(tiny_cohort: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    look = drop_in(tmp_path, tiny_cohort)
    before = look()
    for name, arguments in COMMANDS.items():
        CliRunner().invoke(app, arguments)
        assert look() == before, name


def test_every_command_that_is_told_a_place_is_tried(root: Path) -> None:
    """A new command with a place to write to needs a line above."""
    commands = root / "workflow" / "deepemg" / "cli"
    writes = {path.stem for path in commands.glob("*.py") if "    out: " in path.read_text()}
    assert writes and writes <= {arguments[0] for arguments in COMMANDS.values()}


def test_a_place_in_a_subject_is_refused_with_a_way_on(tmp_path: Path) -> None:
    (tmp_path / "S1").mkdir()
    (tmp_path / "S1" / "subject.yaml").touch()
    assert outside_subjects(tmp_path) == tmp_path and outside_subjects(None) is None
    for place in (tmp_path / "S1", tmp_path / "S1" / "a" / "b.csv"):
        with pytest.raises(FileExistsError, match=r"found the subject folder S1.* choose another --out"):
            outside_subjects(place)


def test_a_folder_is_taken_again_by_the_command_that_made_it_alone(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    own_folder(folder, "deepemg export")
    (folder / "curl.csv").write_text("a result\n")
    own_folder(folder, "deepemg export")
    assert {path.name for path in folder.iterdir()} == {"curl.csv", MARK}
    with pytest.raises(FileExistsError, match="files that deepemg reconstruct did not make"):
        own_folder(folder, "deepemg reconstruct")
    (folder / MARK).unlink()
    with pytest.raises(FileExistsError, match="files that deepemg export did not make"):
        own_folder(folder, "deepemg export")
    assert (folder / "curl.csv").read_text() == "a result\n"
