"""A lab's own store, S3 or SSH: what was pushed comes whole to a fresh clone, or not at all and in one line."""

from __future__ import annotations

import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from deepemg.digest import file_digest, folder_digest
from remotes import S3, SSH, serving

pytestmark = pytest.mark.long

PATIENCE_S = 120  # on a busy machine; DVC needs seconds to start
FILES = {f"data/{place}.csv": 60_000 for place in ("S1/a", "S1/b", "S2/a", "S2/b", "c", "d")} | {"weights.pt": 900_000}
TRACKED = {"data": 300_000, "weights.pt": 400_000}  # and after how many bytes of answers a connection is cut
SILENT_S = "Host *\n  ServerAliveInterval 2\n  ServerAliveCountMax 2\n"


class Lab:
    """A repository whose DVC store is on a server, and fresh clones of it."""

    def __init__(self, server: S3 | SSH, folder: Path):
        self.server, self.folder, self.origin = server, folder, folder / "origin"
        (folder / "home" / ".ssh").mkdir(parents=True)
        (folder / "home" / ".ssh" / "config").write_text(SILENT_S)
        own = {"HOME": str(folder / "home"), "DVC_SITE_CACHE_DIR": str(folder / "site")}
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SSH_"))}
        self.environment = inherited | own | {"AWS_EC2_METADATA_DISABLED": "true"}
        self.clones = 0
        content = random.Random(1)
        for name, size in FILES.items():
            (self.origin / name).parent.mkdir(parents=True, exist_ok=True)
            (self.origin / name).write_bytes(content.randbytes(size))
        self.run("git", "init", "--quiet")
        self.run(sys.executable, "-m", "dvc", "init", "--quiet")
        core = "[core]\n    analytics = false\n    remote = lab\n"
        (self.origin / ".dvc" / "config").write_text(f"{core}['remote \"lab\"']\n{server.remote}{server.patience}")
        self.configure(self.origin)
        self.run(sys.executable, "-m", "dvc", "add", *TRACKED)
        self.run(sys.executable, "-m", "dvc", "push")
        self.run("git", "add", ".")
        self.run("git", "-c", "user.name=a", "-c", "user.email=a@localhost", "commit", "--quiet", "-m", "data")

    def run(self, *command: str) -> None:
        done = subprocess.run(command, cwd=self.origin, env=self.environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr

    def configure(self, clone: Path, *, credentials: bool = True, verify: bool = False) -> None:
        """What of the remote is said in this clone alone."""
        local = f"['remote \"lab\"']\n{self.server.credentials(credentials)}    verify = {str(verify).lower()}\n"
        (clone / ".dvc" / "config.local").write_text(local)

    def clone(self) -> Path:
        self.clones += 1
        clone = self.folder / f"clone{self.clones}"
        self.run("git", "clone", "--quiet", ".", str(clone))
        self.configure(clone)
        return clone

    def fetch(self, clone: Path, *names: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "deepemg.cli.main", "fetch", *names]
        given = {"cwd": clone, "env": self.environment, "stdin": subprocess.DEVNULL, "timeout": PATIENCE_S}
        return subprocess.run(command, capture_output=True, text=True, **given)

    def comes_whole(self, clone: Path, *names: str) -> None:
        done = self.fetch(clone, *names)
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        for name in names:
            tracked = yaml.safe_load((clone / f"{name}.dvc").read_text())["outs"][0]["md5"]
            path = clone / name
            assert tracked == (folder_digest(path) if path.is_dir() else file_digest(path))
        for name in FILES:
            if name.startswith(names):
                assert (clone / name).read_bytes() == (self.origin / name).read_bytes(), name
        assert not list(clone.glob(".*.part*"))

    def comes_not_at_all(self, clone: Path, name: str) -> str:
        """The one line that is said of it."""
        done = self.fetch(clone, name)
        assert done.returncode == 1 and done.stdout == ""
        assert re.fullmatch(rf"DE-097 {re.escape(name)}: found .+; expected .+\. Fix: .+\.\n", done.stderr), done.stderr
        left = {path.name for path in clone.iterdir()} - {".git", ".dvc", ".dvcignore", ".gitignore"}
        assert left == {f"{tracked}.dvc" for tracked in TRACKED}
        return done.stderr


@pytest.fixture(scope="module", params=[S3, SSH], ids=["S3", "SSH"])
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with serving(request.param, tmp_path_factory.mktemp("server")) as server:
        yield Lab(server, tmp_path_factory.mktemp("lab"))


def test_what_was_pushed_comes_whole_to_a_fresh_clone(lab: Lab) -> None:
    lab.comes_whole(lab.clone(), *TRACKED)


def test_wrong_credentials_are_told(lab: Lab) -> None:
    clone = lab.clone()
    lab.configure(clone, credentials=False)
    assert re.search("Forbidden|Permission denied", lab.comes_not_at_all(clone, "data"))
    lab.configure(clone)
    lab.comes_whole(clone, "data")


def test_a_server_that_is_not_there_is_told(lab: Lab) -> None:
    clone = lab.clone()
    lab.server.connection.refuse()
    try:
        said = lab.comes_not_at_all(clone, "data")
    finally:
        lab.server.connection.listen()
    assert "failed to connect" in said
    lab.comes_whole(clone, "data")


@pytest.mark.parametrize("mute", [False, True], ids=["cut", "mute"])
@pytest.mark.parametrize("name", TRACKED)
def test_a_connection_that_ends_half_way_leaves_nothing_half(lab: Lab, name: str, mute: bool) -> None:
    clone, connection = lab.clone(), lab.server.connection
    connection.left, connection.mute = TRACKED[name], mute
    try:
        said = lab.comes_not_at_all(clone, name)
        assert connection.left < 0 and "failed to transfer" in said
    finally:
        connection.restore()
    lab.comes_whole(clone, name)


@pytest.mark.parametrize("verify", [False, True], ids=["not verified by DVC", "verified by DVC"])
@pytest.mark.parametrize("name", ["data/S2/a.csv", "weights.pt"])
def test_a_damaged_object_is_named_and_not_taken(lab: Lab, name: str, verify: bool) -> None:
    clone, digest = lab.clone(), file_digest(lab.origin / name)
    lab.configure(clone, verify=verify)
    place, tracked = f"files/md5/{digest[:2]}/{digest[2:]}", name.split("/")[0]
    sound = lab.server.read(place)
    assert sound == (lab.origin / name).read_bytes()
    lab.server.write(place, sound[:5] + bytes([sound[5] ^ 1]) + sound[6:])
    try:
        for _ in range(2):  # nor from DVC's cache
            said = lab.comes_not_at_all(clone, tracked)
            assert f"{name.removeprefix('data/')} ({place})" in said and " more;" not in said
    finally:
        lab.server.write(place, sound)
    lab.comes_whole(clone, tracked)
