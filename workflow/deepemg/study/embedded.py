"""What DVC keeps, inside the repository or on a lab's remote: subjects, trained weights, released fits."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from deepemg.atomic import take_name, written_aside
from deepemg.digest import file_digest, folder_digest
from deepemg.recordings.problems import Problem, RecordingError

# S3's client tries each request this often, and DVC's around it five times: at a server that is gone, minutes.
ATTEMPTS = {"AWS_MAX_ATTEMPTS": "1"}
UNLIKE = "Checkout failed"  # what DVC says where an object did not come, or came damaged and was not kept


def fetch_embedded(path: Path) -> None:
    """Pull a file or folder that DVC keeps, where it is missing.

    Aside, and renamed when all of it is there and is what was pushed: a pull that was killed is made again, and no run
    takes half a folder for a whole one. Raw data is never an output of a rule: Snakemake would delete what a lab put
    beside it. Raises RecordingError where it cannot be pulled, or the store has something else under its digest.
    """
    pointer = Path(f"{path}.dvc")
    if path.exists() or not pointer.exists():
        return
    aside = path.with_name(f".{path.name}.part")
    beside = Path(f"{aside}.dvc")  # the same pointer, to the place aside: dvc get would not compare digests
    _remove(aside)
    try:
        tracked = yaml.safe_load(pointer.read_text())["outs"][0]
        with written_aside(beside) as draft:
            draft.write_text(yaml.safe_dump({"outs": [tracked | {"path": aside.name}]}))
        if problem := _pull(beside, path) or _difference(aside, path, tracked):
            raise RecordingError([problem])
        take_name(aside, path)
    finally:
        beside.unlink(missing_ok=True)
        _remove(aside)


def _pull(pointer: Path, path: Path) -> Problem | None:
    """Pull, and tell what DVC says of why it could not, other than that files are not what was pushed."""
    done = _dvc("pull", str(pointer))
    lines = done.stderr.strip().splitlines() or ["no word of dvc"]
    if not done.returncode or UNLIKE in done.stderr:
        return None
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    found = f"missing, and dvc pull says {(errors or lines[-1:])[0]!r}"  # the first is the cause: the last counts files
    fix = (
        "work in a whole clone of the project, with the environment that make sets up; where a remote of your lab "
        "keeps it, look at its address, your credentials and the network, and run the same command"
    )
    return Problem("DE-097", str(path), found, "the file", fix)


def _difference(pulled: Path, path: Path, tracked: Mapping[str, Any]) -> Problem | None:
    """What came other than it was pushed: DVC itself looks only where the remote has `verify`."""
    if pulled.exists():
        digest = folder_digest(pulled) if pulled.is_dir() else file_digest(pulled)
        if tracked.get("hash") != "md5" or digest == tracked["md5"]:  # without: of an old DVC, and of other bytes
            return None
    unlike = _unlike(path.name, tracked["md5"])
    found = f"{unlike[0]}{f' and {len(unlike) - 1} more' * (len(unlike) > 1)}" if unlike else "other files"
    fix = "remove that object in the store, dvc push from a clone that has the file, and run the same command"
    return Problem("DE-097", str(path), f"in the store other than pushed, or not: {found}", "what was pushed", fix)


def _unlike(name: str, digest: str) -> list[str]:
    """Files whose object in DVC's cache is not what was pushed, or absent; it goes, for DVC would trust it."""
    cache = Path(_dvc("cache", "dir").stdout.strip())
    objects, unlike = {name: digest}, []
    while objects:
        file, digest = objects.popitem()
        place = Path("files", "md5", digest[:2], digest[2:])
        if not (cache / place).is_file() or file_digest(cache / place) != digest.removesuffix(".dir"):
            (cache / place).unlink(missing_ok=True)
            unlike.append(f"{file} ({place})")
        elif digest.endswith(".dir"):
            objects = {one["relpath"]: one["md5"] for one in json.loads((cache / place).read_text())}
    return sorted(unlike)


def _dvc(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=ATTEMPTS | os.environ)


def _remove(path: Path) -> None:
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
