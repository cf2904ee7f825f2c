"""`deepemg run`: the study's workflow, with one line of progress instead of Snakemake's own words."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import yaml
from rich.console import Console

from deepemg.cli.progress import Course, show

NAME = "run"
LOGS = Path(".snakemake/log")


def main(
    arguments: Annotated[list[str] | None, typer.Argument(help="Targets and options, as Snakemake takes them.")] = None,
    cores: Annotated[
        int | None, typer.Option(help="Jobs at the same time: all CPUs, or what a profile that is given says.")
    ] = None,
) -> None:
    """Run the workflow of the current folder. Everything that Snakemake says goes to a file, whose name is told.

    Snakemake's own options stand behind a double dash.

    Example: `deepemg run --cores 8 -- all --config results=results/other`
    """
    console, given = Console(), arguments or ["all"]
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"deepemg-{datetime.now():%Y-%m-%dT%H%M%S}.log"
    console.print(f"log: {log}", highlight=False)
    if not cores and not any(argument.startswith("--profile") for argument in given):
        cores = os.cpu_count() or 1
    command = [sys.executable, "-m", "snakemake", *(["--cores", str(cores)] if cores else []), *given]
    # A shell that starts a run behind an ampersand in a script has it ignore interrupts, and Snakemake with it.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    with log.open("w") as file:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        course = Course(cores)
        signal.signal(signal.SIGTERM, _stop)
        try:
            show(process, course, file, console)
        except KeyboardInterrupt:
            # A terminal interrupts Snakemake too; whoever else does, does not. It cancels its jobs.
            process.send_signal(signal.SIGINT)
            # What it says last is read, or it would wait for a reader.
            file.write(process.communicate()[0])
            console.print("stopped; the same command goes on from here", highlight=False)
            raise typer.Exit(130) from None
    if process.returncode:
        console.print("\n".join(course.complaints()), highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(process.returncode)
    console.print(_outcome(course, given), highlight=False)


def _stop(*_: object) -> None:
    """A termination stops as an interrupt does: Snakemake itself would wait for its running jobs."""
    raise KeyboardInterrupt


def _outcome(course: Course, arguments: list[str]) -> str:
    """The last line: what was done, and where the report is."""
    settings = yaml.safe_load(Path("config/config.yaml").read_text())
    folder = next((a.split("=", 1)[1] for a in arguments if a.startswith("results=")), settings["results"])
    report = Path(folder) / "report.html"
    done = f"{course.done} jobs done" if course.done else "nothing to be done"
    pages = [argument for argument in arguments if argument.endswith("/report.html") and Path(argument).exists()]
    if pages:
        return f"{done}. Page: {', '.join(pages)}"
    return f"{done}. Report: {report}" if report.exists() and "all" in arguments else f"{done}."
