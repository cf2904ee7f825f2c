"""The verbs of make: told by `make help`, and a Python that cannot work refused before anything is installed."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", "-C", str(folder), *arguments], capture_output=True, text=True)


def test_help_lists_every_verb_under_a_heading(root):
    told = make(root, "--no-print-directory", "help").stdout
    (phony,) = re.findall(r"^\.PHONY: (.*)$", (root / "Makefile").read_text(), flags=re.M)
    listed = re.findall(r"^  make ([a-z-]+) ", told, flags=re.M)
    assert sorted(listed) == sorted(phony.split())
    assert told.lstrip().startswith("The study") and max(map(len, told.split("\n"))) <= 125


@pytest.mark.parametrize(
    ("version", "accepted"), [("3.10", False), ("3.11", True), ("3.12", True), ("3.13", True), ("3.14", False)]
)
def test_another_python_is_refused_in_one_line_before_anything_is_installed(root, tmp_path, version, accepted):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(root / name, tmp_path)
    python = tmp_path / "python"  # answers as that version would, and makes no environment
    major, minor = version.split(".")
    python.write_text(
        f"""#!/bin/sh
case "$1" in
  --version) echo "Python {version}.1" ;;
  -c) exec python3 -c "import sys; sys.version_info = ({major}, {minor}, 1); $2" ;;
  *) echo "made with $*" > {tmp_path}/made; exit 3 ;;
esac
"""
    )
    python.chmod(0o755)
    done = make(tmp_path, f"PYTHON={python}", ".venv/ready")
    assert done.returncode == 2 and not (tmp_path / ".venv").exists()
    assert (tmp_path / "made").exists() is accepted
    told = f"found Python {version}.1; expected 3.11, 3.12 or 3.13: make PYTHON=python3.12"
    assert (told in done.stdout.split("\n")) is not accepted


def test_a_folder_with_a_space_is_refused_in_one_line_before_anything_is_installed(root, tmp_path):
    """Snakemake calls the Python of the environment by its path, and does not quote it."""
    folder = tmp_path / "my study"
    folder.mkdir()
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(root / name, folder)
    done = make(folder, f"PYTHON={sys.executable}", ".venv/ready")
    assert done.returncode == 2 and not (folder / ".venv").exists()
    told = f"found a space in {folder}; expected none, for Snakemake: rename the folder"
    assert told in done.stdout.split("\n")
