"""Folders that were meant to be subjects and would be passed over: another suffix, a folder within a folder."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from deepemg.recordings.problems import Problem
from deepemg.recordings.spelling import names_in

TEXTS = ("subject.yaml", "channels.csv", "trials.csv")
ALMOST = ("subject.yml", "subject.yaml.txt", "subject.txt", "subject.json", "subject.yaml.yaml")


def check_missing(folder: Path) -> Iterator[Problem]:
    """Texts that a subject folder lacks, and what lies there in their place."""
    for name in TEXTS:
        if (folder / name).is_file():
            continue
        stem = name.split(".")[0]
        near = (
            sorted(p.name for p in folder.glob("*") if p.name.lower().split(".")[0] == stem) if folder.is_dir() else []
        )
        way = f"add {name} (config/README.md)" if folder.is_dir() else f"start one with: deepemg new {folder.name}"
        fix = f"rename {near[0]} to {name}" if near else way
        if near and near[0].lower().endswith((".xlsx", ".xls", ".ods")):
            fix = f"save {near[0]} as CSV, called {name}"
        yield Problem("DE-001", str(folder / name), "no such file", "a subject folder with its three text files", fix)


def check_passed_over(data: Path) -> Iterator[Problem]:
    """Folders below `data` that hold no subject.yaml, and something of a subject all the same."""
    for folder in sorted(path for path in data.glob("*") if path.is_dir() and not path.name.startswith((".", "__"))):
        names = {name.lower(): name for name in names_in(folder)}
        if "subject.yaml" in names and (folder / "subject.yaml").is_file():
            continue
        inner = sorted(path.parent for path in folder.glob("*/subject.yaml") if not path.parent.name.startswith("__"))
        almost = [names[name] for name in (*ALMOST, "subject.yaml") if name in names]
        if almost:
            found, fix = f"{almost[0]} and no subject.yaml", f"rename it to {folder / 'subject.yaml'}"
        elif inner:
            found = f"a subject folder within the folder: {inner[0].relative_to(data)}"
            fix = f"move what is in {inner[0]} to {data / inner[0].name}"
        elif names.keys() & {"channels.csv", "trials.csv"}:
            found, fix = "sheets and no subject.yaml", f"add it, or start from: deepemg new {folder.name}"
        else:
            continue
        yield Problem("DE-009", str(folder), found, "data/<subject>/subject.yaml, or no subject at all", fix)
