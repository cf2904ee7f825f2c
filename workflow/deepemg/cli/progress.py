"""How far a run of the workflow is: stage, jobs done of all, time left, out of what Snakemake says while it runs."""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

STAGES = {  # by the first word of a rule's name
    "check": "checking recordings",
    "process": "processing signals",
    "run": "inverse dynamics",
    "train": "training",
    "fit": "fitting",
    "cross": "cross-validating",
    "score": "scoring",
    "tabulate": "tables",
    "plot": "figures",
    "write": "pages and report",
}
UNKNOWN_S = 4.0  # what a job takes of which none has ended yet
EVERY_S = 30.0  # between two lines where the output is no terminal
TOLD = re.compile(r"^(\d+ subjects?, |LEFT OUT: |look at )")  # said of subjects, and shown at once
NOISE = re.compile(r"^\s*(input|output|log|jobid|benchmark|reason|wildcards|resources|priority|conda-env|shell|code):")


@dataclass
class Course:
    """What has been seen so far; `cores` is how many jobs run at once, None where a cluster decides."""

    cores: int | None
    total: int = 0
    done: int = 0
    stage: str = "starting"
    counts: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    seconds: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    running: dict[str, tuple[str, float]] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)
    rule: str = ""
    listing: bool = False

    def read(self, line: str, now: float) -> None:
        """Take in one line that Snakemake wrote at the time `now` (s)."""
        self.lines = [*self.lines[-400:], line.rstrip("\n")]
        if line.startswith("Job stats:"):
            self.listing = True
        elif self.listing and (row := re.fullmatch(r"(\w+)\s+(\d+)", line.strip())):
            self._count(row[1], int(row[2]))
        elif started := re.match(r"\s*(?:local)?rule (\w+):", line):
            self.rule, self.stage = started[1], STAGES.get(started[1].split("_")[0], started[1])
        elif job := re.match(r"\s+jobid: (\d+)", line):
            self.running[job[1]] = (self.rule, now)
        elif ended := re.match(r"Finished jobid: (\d+)", line):
            self._finish(ended[1], now)

    def _count(self, rule: str, count: int) -> None:
        if rule == "total":
            self.total, self.listing = count, False
        else:
            self.counts[rule] = count

    def _finish(self, job: str, now: float) -> None:
        rule, start = self.running.pop(job, ("", now))
        self.done += 1
        self.finished[rule] += 1
        self.seconds[rule] += now - start

    def seconds_left(self, now: float) -> float | None:
        """Time left (s), by what finished jobs of the same rules took; None before any has ended, or on a cluster."""
        if not self.finished or not self.cores:
            return None
        left = 0.0
        for rule, count in self.counts.items():
            mean = self.seconds[rule] / self.finished[rule] if self.finished[rule] else UNKNOWN_S
            left += mean * (count - self.finished[rule])
        spent = sum(now - start for _, start in self.running.values())
        return max(left - spent, 0.0) / self.cores

    def complaints(self) -> list[str]:
        """What to tell of a run that failed: the problems with an id, or else the end of what was said."""
        problems = [line.strip() for line in self.lines if re.match(r"\s*DE-\d{3} ", line)]
        return list(dict.fromkeys(problems)) or [line for line in self.lines if not NOISE.match(line)][-25:]


def _left(seconds: float | None) -> str:
    if seconds is None:
        return ""
    return f"{seconds / 60:.0f} min left" if seconds >= 90 else f"{seconds:.0f} s left"


def show(process: subprocess.Popen[str], course: Course, log: TextIO, console: Console) -> None:
    """Copy what the process says to the log and show the course, until it ends.

    In a terminal as one line that changes; elsewhere as a line now and then.
    """
    assert process.stdout is not None
    bar = Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(separator=" of "),
        TextColumn("jobs"),
        TimeElapsedColumn(),
        TextColumn("{task.fields[left]}"),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    told = time.monotonic()
    with bar:
        task = bar.add_task(course.stage, total=None, left="")
        for line in process.stdout:
            log.write(line)
            log.flush()
            if TOLD.match(line):
                console.print(line.rstrip(), highlight=False, markup=False, soft_wrap=True)
            now = time.monotonic()
            course.read(line, now)
            left = _left(course.seconds_left(now))
            bar.update(task, description=course.stage, total=course.total or None, completed=course.done, left=left)
            if not console.is_terminal and course.total and now - told > EVERY_S:
                told = now
                console.print(f"{course.stage}: {course.done} of {course.total} jobs, {left}", highlight=False)
        process.wait()
