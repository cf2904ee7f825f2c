"""What a run tells on the terminal: which subjects it has, what was found in them, and why it was refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from deepemg.output_digests import DamagedFileError, check_files
from deepemg.recordings.subject import SubjectFolder

LEAVE_OUT = "(more on an id: deepemg explain DE-074; to run all others: use: exclude in the subject.yaml of one)"
PROBLEM = re.compile(r"^DE-\d{3} ")


def subjects_line(subjects: Mapping[str, SubjectFolder], excluded: Iterable[str]) -> str:
    """Subjects with their trials, and those that are left out."""
    counts = {name: len(subject.trials) for name, subject in subjects.items()}
    listed = ", ".join(f"{name} ({count} trials)" for name, count in counts.items())
    line = f"{len(counts)} subject{'s' * (len(counts) != 1)}, texts and files checked: {listed}"
    left = [f"LEFT OUT: {name} (use: exclude in its subject.yaml)" for name in excluded]
    return "\n".join([line, *left])


def findings_lines(results: Path, subjects: Iterable[str]) -> list[str]:
    """One line for each subject in which something should be looked at."""
    lines = []
    for name in subjects:
        path = results / name / "quality.json"
        try:
            check_files([path], results)
        except DamagedFileError as error:
            lines.append(str(error))
            continue
        warnings = json.loads(path.read_text()).get("warnings", []) if path.exists() else []
        if warnings:
            ids = ", ".join(dict.fromkeys(line.split()[0] for line in warnings))
            lines.append(f"look at {name}: {ids} (deepemg check {name})")
    return lines


def refusals(logs: Path) -> list[str]:
    """Problems that stopped the checks of this run, out of their logs."""
    lines: list[str] = []
    for rule in ("check_recordings", "process_held_out"):
        for path in sorted((logs / rule).glob("*.log")):
            lines += [line for line in path.read_text(errors="replace").splitlines() if PROBLEM.match(line)]
    return list(dict.fromkeys(lines))
