"""What a page says of where it comes from."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
import yaml

from deepemg.digest import folder_digest
from deepemg.report.provenance import commit, config_digest, made_at, provenance


def test_the_digest_of_the_data_is_that_of_dvc(root: Path):
    if not (root / "data").exists():
        pytest.skip("no data folder: it comes with the first run")
    recorded = yaml.safe_load((root / "data.dvc").read_text())["outs"][0]["md5"]
    assert folder_digest(root / "data") == recorded


def test_another_file_or_another_byte_changes_the_digest(tmp_path):
    (tmp_path / "S1").mkdir()
    (tmp_path / "S1" / "a.csv").write_text("1")
    first = folder_digest(tmp_path)
    (tmp_path / "S1" / "b.csv").write_text("")
    assert folder_digest(tmp_path) != first
    (tmp_path / "S1" / "b.csv").unlink()
    assert folder_digest(tmp_path) == first
    (tmp_path / "S1" / "a.csv").write_text("2")
    assert folder_digest(tmp_path) != first


def test_a_commit_and_what_was_changed_since(tmp_path):
    assert "no git" in commit(tmp_path)

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=a", "-c", "user.email=a@b.c"]
        subprocess.run(["git", "-C", str(tmp_path), *identity, *arguments], check=True, capture_output=True)

    git("init")
    published = tmp_path / "results" / "released" / "cost.csv"
    published.parent.mkdir(parents=True)
    published.write_text("1")
    (tmp_path / "a").write_text("1")
    git("add", "a", "results")
    git("commit", "-m", "a")
    published.write_text("2")  # as a publication that was killed left it
    assert len(commit(tmp_path)) == 40
    (tmp_path / "a").write_text("2")
    assert commit(tmp_path).endswith(" and changes since")


def test_settings_in_another_order_are_the_same_settings():
    assert config_digest({"a": 1, "b": {"c": 2, "d": 3}}) == config_digest({"b": {"d": 3, "c": 2}, "a": 1})
    assert config_digest({"a": 1}) != config_digest({"a": 2})
    assert config_digest({"a": 1, "results": "x"}) == config_digest({"a": 1, "results": "y"})  # a place, no setting


def test_a_build_can_be_the_same_twice(monkeypatch, tmp_path):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert made_at().year == 1970
    (tmp_path / "w.pt").write_bytes(b"w")
    rows = provenance({"seed": 3}, tmp_path, [tmp_path / "w.pt"])
    assert rows["seed"] == "3" and rows["date"] == "1970-01-01 00:00 UTC" and len(rows["w.pt (DVC)"]) == 32
    assert rows == provenance({"seed": 3}, tmp_path, [tmp_path / "w.pt"])
