"""After a power loss a name stands for a whole file or folder: content goes to the disk before its name."""

from __future__ import annotations

import ast
import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch

import deepemg
from deepemg.atomic import take_name, to_disk, written_aside
from deepemg.digest import file_digest
from deepemg.folder_aside import put_in_place
from deepemg.output_digests import write_digests
from deepemg.parquet import write_parquet
from deepemg.reconstruct.tensor_file import write_tensors
from deepemg.simulate.tables import write_table
from deepemg.study import embedded


@pytest.fixture
def done(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What goes to the disk and what is renamed to what name, in their order: ("sync" or "name", path)."""
    steps: list[tuple[str, str]] = []
    fsync, replace = os.fsync, os.replace

    def seen_fsync(descriptor: int) -> None:
        fsync(descriptor)
        steps.append(("sync", os.readlink(f"/proc/self/fd/{descriptor}")))

    def seen_replace(source: Path, target: Path) -> None:
        replace(source, target)
        steps.append(("name", str(target)))

    monkeypatch.setattr(os, "fsync", seen_fsync)
    monkeypatch.setattr(os, "replace", seen_replace)
    return steps


WRITERS: dict[str, Callable[[Path], object]] = {
    "a table": lambda path: write_parquet(pd.DataFrame({"a": [1.0]}), path),
    "weights, a fit": lambda path: write_tensors(path, {"weight": torch.ones(3)}),
    "a simulated signal": lambda path: write_table(path, ["a"], np.ones((3, 1)), "%.3f"),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_a_file_is_on_the_disk_before_its_name_and_its_name_before_the_call_returns(
    tmp_path: Path, kind: str, done: list[tuple[str, str]]
) -> None:
    WRITERS[kind](tmp_path / "made")
    aside = str(tmp_path / f".made.{os.getpid()}.part")
    assert done == [("sync", aside), ("name", str(tmp_path / "made")), ("sync", str(tmp_path))]


def test_the_outputs_of_a_job_are_on_the_disk_before_their_digests(tmp_path: Path, done: list[tuple[str, str]]) -> None:
    outputs = [tmp_path / "S1" / name for name in ("a.csv", "b.csv")]
    outputs[0].parent.mkdir()
    for path in outputs:
        path.write_text("1\n")
    write_digests(outputs, tmp_path)
    named = [step for step, _ in done].index("name")
    assert [("sync", str(path)) for path in (*outputs, tmp_path / "S1")] == done[: named - 1]
    assert sum(step == "name" for step, _ in done) == 2


def folder_of_some(folder: Path) -> list[Path]:
    for name in ("a.csv", "truth/b.csv"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text("1\n")
    return [folder, folder / "a.csv", folder / "truth", folder / "truth" / "b.csv"]


@pytest.mark.parametrize("finish", [put_in_place, take_name])
def test_a_folder_is_on_the_disk_with_all_in_it_before_its_name(
    tmp_path: Path, done: list[tuple[str, str]], finish: Callable[[Path, Path], None]
) -> None:
    content = folder_of_some(tmp_path / ".S1.part")
    finish(tmp_path / ".S1.part", tmp_path / "S1")
    assert sorted(done[:-2]) == sorted(("sync", str(path)) for path in content)
    assert done[-2:] == [("name", str(tmp_path / "S1")), ("sync", str(tmp_path))]
    assert (tmp_path / "S1" / "truth" / "b.csv").read_text() == "1\n"


def test_what_was_fetched_is_on_the_disk_before_its_name(
    tmp_path: Path, done: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "came").write_text("1\n")
    digest = file_digest(tmp_path / "came")
    (tmp_path / "weights.pt.dvc").write_text(f"outs:\n- md5: {digest}\n  hash: md5\n  path: weights.pt\n")
    monkeypatch.setattr(embedded, "_pull", lambda *_: os.link(tmp_path / "came", tmp_path / ".weights.pt.part"))
    embedded.fetch_embedded(tmp_path / "weights.pt")
    aside, final = tmp_path / ".weights.pt.part", tmp_path / "weights.pt"
    assert done[-3:] == [("sync", str(aside)), ("name", str(final)), ("sync", str(tmp_path))]


def test_a_disk_that_fails_to_keep_what_is_in_memory_gives_no_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match=r"Input/output error: '.*/a'"), written_aside(tmp_path / "a") as aside:
        aside.write_text("1\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_a_drive_that_cannot_sync_a_folder_is_no_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def unable(descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", unable)
    to_disk(tmp_path)


RENAMING = {"os.replace", "os.rename", "os.renames", "shutil.move"}


def renames(tree: ast.AST) -> list[int]:
    """Lines that rename a file or folder. A text's replace has two arguments, a table's names them or has a mapping."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            call = f"{getattr(node.func.value, 'id', '')}.{node.func.attr}"
            one = len(node.args) == 1 and not node.keywords and not isinstance(node.args[0], ast.Dict)
            if (one and node.func.attr in {"replace", "rename"}) or call in RENAMING:
                found.append(node.lineno)
    return found


def test_nothing_is_renamed_elsewhere() -> None:
    package = Path(deepemg.__file__).parent
    sources = [*package.rglob("*.py"), *(package.parent / "scripts").glob("*.py")]
    found = [path.relative_to(package.parent).as_posix() for path in sources if renames(ast.parse(path.read_text()))]
    assert found == ["deepemg/atomic.py"] and len(sources) > 100


@pytest.mark.parametrize(
    "line", ["os.replace(a, b)", "os.rename(a, b)", "shutil.move(a, b)", "aside.rename(final)", "aside.replace(final)"]
)
def test_a_line_that_renames_is_found(line: str) -> None:
    assert renames(ast.parse(line)) == [1]
    assert not renames(ast.parse("text.replace('a', 'b'); table.replace({1: 2}); table.rename(columns=names)"))
