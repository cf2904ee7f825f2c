"""What DVC keeps inside the repository: the subjects of the study, trained weights, released fits."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from deepemg.recordings.problems import Problem, RecordingError


def fetch_embedded(path: Path) -> None:
    """Pull a file or folder that DVC keeps inside the repository, where it is missing.

    Aside, and renamed when all of it is there: a pull that was killed is made again, and no run takes half a folder for
    a whole one. Raw data is never an output of a rule: Snakemake would delete what a lab put beside it. Raises
    RecordingError where it cannot be pulled.
    """
    pointer = Path(f"{path}.dvc")
    if path.exists() or not pointer.exists():
        return
    aside = path.with_name(f".{path.name}.part")
    beside = Path(f"{aside}.dvc")  # the same pointer, to the place aside: dvc get would not compare digests
    shutil.rmtree(aside, ignore_errors=True)
    aside.unlink(missing_ok=True)
    try:
        tracked = yaml.safe_load(pointer.read_text())
        tracked["outs"][0]["path"] = aside.name
        beside.write_text(yaml.safe_dump(tracked))
        command = [sys.executable, "-m", "dvc", "pull", "--quiet", str(beside)]
        done = subprocess.run(command, capture_output=True, text=True)
    finally:
        beside.unlink(missing_ok=True)
    if done.returncode or not aside.exists():
        found = (done.stderr.strip() or "no word of dvc").splitlines()[-1]
        fix = "work in a whole clone of the project, with the environment that make sets up, or bring the file yourself"
        raise RecordingError([Problem("DE-097", str(path), f"missing, and dvc pull says {found!r}", "the file", fix)])
    os.replace(aside, path)
