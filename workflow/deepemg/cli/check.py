"""`deepemg check`: is a subject folder in order, and what will be used of it?"""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Annotated

import typer

NAME = "check"
EXIT = {"green": 0, "amber": 1, "red": 2}


def main(
    subject: Annotated[str | None, typer.Argument(help="Name of a subject folder; default: all.")] = None,
    data: Annotated[Path, typer.Option(help="Folder of the subject folders.")] = Path("data"),
    recordings: Annotated[
        Path | None, typer.Option(help="Folder of the signal files, where they lie elsewhere.")
    ] = None,
    pages: Annotated[Path, typer.Option(help="Folder for the pages, <subject>.html.")] = Path("checks"),
    page: Annotated[bool, typer.Option(help="Write a page with envelopes, levels and angle.")] = True,
) -> None:
    """Check a subject folder: texts, files and every sample. Exit code 0: in order, 1: look at it, 2: refused.

    Example: `deepemg check S06`
    """
    from rich.console import Console

    from deepemg.cli.verdict import show
    from deepemg.recordings.check import check_passed_over, find_subjects
    from deepemg.recordings.problems import Problem
    from deepemg.report.pages.check_page import write_page
    from deepemg.signals.check import Verdict, check_subject
    from deepemg.study.config import read_settings

    console = Console(highlight=False, soft_wrap=True)
    over = list(check_passed_over(data)) if data.is_dir() else []
    folders = [data / subject] if subject else list(find_subjects(data)) if data.is_dir() else []
    worst = 2 if over and subject is None else 0
    for problem in over:
        if subject is None or Path(problem.place).name == subject:
            console.print(str(problem), markup=False, style="red")
    if not folders and not over:
        console.print(f"no subject below {data}; start one with: deepemg new S06", markup=False, style="red")
        worst = 2
    settings = read_settings()
    for folder in folders:
        try:
            verdict = check_subject(folder, recordings, settings=settings)
        except Exception as error:  # a fault of ours must not read as "usable"
            place = traceback.extract_tb(error.__traceback__)[-1]
            found = f"{type(error).__name__} in {Path(place.filename).name}, line {place.lineno}"
            expected, fix = (
                "a check that ends in a light",
                "report this with the folder's three texts; nothing was changed",
            )
            verdict = Verdict(folder, (Problem("DE-099", str(folder), found, expected, fix),))
        written = (
            write_page(verdict, pages / f"{folder.name}.html")
            if page and verdict.judged and verdict.judged.emg
            else None
        )
        show(console, verdict, written, brief=subject is None)
        worst = max(worst, EXIT[verdict.light])
    raise typer.Exit(worst)
