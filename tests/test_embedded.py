"""What DVC keeps inside the repository comes whole, or not at all."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from deepemg.recordings.problems import RecordingError
from deepemg.study.embedded import fetch_embedded
from killing import waits_for

FILES = 300


def dvc(folder: Path, *arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a folder in its store, not pulled yet."""
    root = tmp_path_factory.mktemp("clone")
    (root / "data").mkdir()
    for number in range(FILES):
        (root / "data" / f"{number}.csv").write_text(f"{number}\n" * 4000)
    dvc(root, "init", "--no-scm")
    dvc(root, "remote", "add", "--default", "embedded", "store")
    dvc(root, "remote", "modify", "embedded", "verify", "true")
    dvc(root, "add", "data")
    dvc(root, "push")
    return root


def taken_away(clone: Path) -> None:
    subprocess.run(["rm", "-rf", "data", ".dvc/cache"], cwd=clone, check=True)


def is_whole(folder: Path) -> bool:
    return all((folder / f"{number}.csv").read_text() == f"{number}\n" * 4000 for number in range(FILES))


@pytest.mark.slow
@pytest.mark.parametrize("files", [1, 100])
def test_a_pull_that_was_killed_is_made_again(clone: Path, files: int) -> None:
    taken_away(clone)
    fetch = [sys.executable, "-m", "deepemg.cli.main", "fetch", "data"]
    process = subprocess.Popen(fetch, cwd=clone, start_new_session=True)
    waits_for(lambda: len(list(clone.glob(".data.part/*"))) >= files or (clone / "data").exists())
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (clone / "data").exists()
    subprocess.run(fetch, cwd=clone, check=True)
    assert is_whole(clone / "data") and not list(clone.glob(".data.part*"))


@pytest.mark.slow
def test_a_damaged_store_is_told_and_leaves_nothing_half(clone: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    taken_away(clone)
    monkeypatch.chdir(clone)
    damaged = max((clone / "store" / "files").rglob("*/*"), key=lambda path: path.is_file() and path.stat().st_size)
    sound = damaged.read_bytes()
    damaged.chmod(0o644)
    damaged.write_bytes(b"x" + sound[1:])
    with pytest.raises(RecordingError, match="DE-097"):
        fetch_embedded(Path("data"))
    assert not (clone / "data").exists()
    damaged.write_bytes(sound)  # DVC took it away
    fetch_embedded(Path("data"))
    assert is_whole(clone / "data")


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data.dvc").write_text("not read")
    fetch_embedded(tmp_path / "data")
    assert not any((tmp_path / "data").iterdir())
