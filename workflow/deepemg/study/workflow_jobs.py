"""The jobs behind a file, as the workflow itself tells them: rule, inputs and outputs of each."""

from __future__ import annotations

import ast
import io
import subprocess
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from deepemg.study.sources import PACKAGE, module_file

SCRIPTS = "workflow/scripts"
CODE = "workflow"
OF_EVERY_JOB = ("deepemg.job", "deepemg.parquet")  # what scripts call around what they compute


@dataclass(frozen=True)
class Job:
    """One job of the workflow: its rule, and the files that it reads and writes."""

    rule: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]

    @property
    def script(self) -> str:
        """The script of the rule; every rule names its own among its inputs."""
        return next(path for path in self.inputs if Path(path).parent.as_posix() == SCRIPTS)

    @property
    def data(self) -> tuple[str, ...]:
        """Inputs that are no source files."""
        return tuple(path for path in self.inputs if Path(path).parts[0] != CODE)


def workflow_jobs(target: str, *options: str) -> list[Job]:
    """Every job that has a part in a file of the study. Raises ValueError where the workflow cannot make it."""
    command = [sys.executable, "-m", "snakemake", "--cores", "1", "--detailed-summary", target, *options]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        said = (done.stdout + done.stderr).strip().splitlines() or ["nothing"]
        raise ValueError(f"{target}: the workflow cannot make it, and says {said[-1]!r}")
    rows = pd.read_csv(io.StringIO(done.stdout), sep="\t", dtype=str, keep_default_na=False)
    return [
        Job(str(rule), tuple(str(inputs).split(",")), tuple(part["output_file"]))
        for (rule, _, inputs), part in rows.groupby(["rule", "log-file(s)", "input-file(s)"], sort=False)
    ]


def jobs_behind(target: str, jobs: Iterable[Job], others: Collection[str]) -> list[Job]:
    """The jobs that a file comes from, the last one first.

    A file with a part of its path among `others` is not followed: it is of another subject, load or method.
    """
    makers = {path: job for job in jobs for path in job.outputs}
    found, todo = list[Job](), [target]
    while todo:
        job = makers.get(todo.pop(0))
        if job and job not in found:
            found.append(job)
            todo += [path for path in job.inputs if not set(Path(path).parts) & set(others)]
    return found


def called_functions(script: Path) -> dict[str, str]:
    """Functions of the library that a script calls, each with its file."""
    tree = ast.parse(script.read_text())
    called = {node.func.id for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    return {
        alias.name: module_file(node.module)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        and node.module
        and node.module.split(".")[0] == PACKAGE
        and node.module not in OF_EVERY_JOB
        for alias in node.names
        if alias.name in called and alias.name.islower()  # classes are settings and errors
    }
