"""`deepemg explain`: what the id of a problem means, why it matters, and what to write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Annotated

import typer

NAME = "explain"
NUMBER = re.compile(r"(?:de)?[-_ ]*(\d{1,4})", re.I | re.A)
MEANING = {"red": "red: refused until it is mended", "amber": "amber: it can be used; look at it"}
LIMITS = "check_recordings"
WHERE = f"{LIMITS} is a block of config/config.yaml; config/defaults.yaml lists its limits with their reasons."
BEGINNINGS = ("Usual causes:", "What to do:", "Example")  # of a paragraph; an example's own lines are indented


def main(
    problem: Annotated[str | None, typer.Argument(help="Id of a problem (DE-074, or just 74); default: all.")] = None,
) -> None:
    """Tell what the id of a problem means, its usual causes, and what to write. Without an id: all ids and titles.

    Example: `deepemg explain DE-074`
    """
    from rich.console import Console
    from rich.table import Table

    from deepemg.cli.verdict import COLOUR
    from deepemg.recordings.problems import explanations

    console, known = Console(highlight=False), explanations()
    if problem is None:
        table = Table(title="Problems: deepemg explain <id> tells more", title_justify="left")
        for column in ("id", "level", "what"):
            table.add_column(column)
        for identity in sorted(known):
            level = known[identity]["level"]
            table.add_row(identity, f"[{COLOUR[level]}]{level}[/]", known[identity]["title"])
        console.print(table)
        return
    identity = known_id(problem, list(known))
    entry = known[identity]
    console.print(f"[bold]{identity}[/]: {entry['title']}")
    console.print(f"[{COLOUR[entry['level']]}]{MEANING[entry['level']]}[/]\n")
    for line in paragraphs(entry["help"]):
        console.print(line, markup=False, soft_wrap=line.startswith(" "))
    if LIMITS in entry["help"]:
        console.print(f"\n{WHERE}", markup=False)


def known_id(text: str, known: list[str]) -> str:
    """The id that a text means: `74`, `de-74` or `DE-074`. Raises ValueError with the nearest id where it is none."""
    from deepemg.recordings.spelling import nearest

    found = NUMBER.fullmatch(text.strip())
    if found is None:
        likely = nearest(text, known)
    else:
        number = int(found[1])
        identity = min(known, key=lambda one: (abs(int(one.removeprefix("DE-")) - number), one))
        if identity == f"DE-{number:03d}":
            return identity
        likely = f"{identity!r}? "
    raise ValueError(f"no problem {text!r}: {likely}deepemg explain, without an id, lists them all")


def paragraphs(text: str) -> Iterator[str]:
    """A help text as paragraphs that a screen of any width may wrap, and the lines of its examples as they stand."""
    gathered: list[str] = []
    for line in text.splitlines():
        if gathered and line.startswith((" ", *BEGINNINGS)):
            yield " ".join(gathered)
            gathered = []
        if line.startswith(" "):
            yield line
        else:
            gathered.append(line)
    if gathered:
        yield " ".join(gathered)
