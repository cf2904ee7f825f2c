"""A verdict on the screen: a light for each signal of each trial, then what was found, a line each."""

from __future__ import annotations

from pathlib import Path

from rich.console import Console
from rich.table import Table

from deepemg.signals.check import Verdict, light_of

COLOUR = {"green": "green", "amber": "yellow", "red": "red"}
SIGN = {"green": "ok", "amber": "look", "red": "NO"}  # colours alone tell nobody who cannot see them


def show(console: Console, verdict: Verdict, page: Path | None, *, brief: bool = False) -> None:
    """Print a verdict; `brief` leaves the table of lights out."""
    light, name = verdict.light, verdict.folder.name
    if verdict.judged is not None and not brief:
        console.print(_lights(verdict))
    for level in ("red", "amber"):
        for problem in verdict.problems:
            if problem.level == level:
                console.print(f"[{COLOUR[level]}]{level}[/] ", end="")
                console.print(str(problem), markup=False)
    counts = {level: sum(p.level == level for p in verdict.problems) for level in ("red", "amber")}
    said = {
        "green": "in order",
        "amber": f"can be used; {counts['amber']} to look at",
        "red": f"refused; {counts['red']} to mend" + (f", {counts['amber']} to look at" if counts["amber"] else ""),
    }[light]
    console.print(f"[{COLOUR[light]}]{light}[/] {name}: {said}. {_what(verdict)}")
    if verdict.subject is not None and verdict.subject.description.get("use") == "exclude":
        console.print(f"{name} is LEFT OUT of the study: use: exclude in its subject.yaml", markup=False)
    if verdict.problems and not brief:
        console.print(f"more on each: deepemg explain {verdict.problems[0].id}", markup=False)
    if page is not None:
        console.print(f"page: {page}", markup=False)


def _what(verdict: Verdict) -> str:
    """What there is, in a few words."""
    subject = verdict.subject
    if subject is None:
        return ""
    splits = [trial.split for trial in subject.movements]
    observed, hidden = (len(subject.channels_used(use)) for use in ("observed", "held_out"))
    loads = ", ".join(subject.loads)
    held = f", {hidden} held out" if hidden else ""
    return (
        f"{splits.count('train')} training and {splits.count('test')} test movements ({loads}), "
        f"{len(subject.mvc_trials)} MVC trials, {observed} channels observed{held}."
    )


def _lights(verdict: Verdict) -> Table:
    assert verdict.subject is not None and verdict.judged is not None
    subject = verdict.subject
    table = Table(title=f"{subject.id}: signals of each trial", title_justify="left")
    table.add_column("trial")
    labels = ["joint angle", *(f"channel {channel.name}" for channel in subject.channels)]
    for label in labels:
        table.add_column(label.removeprefix("channel "))
    for trial in subject.trials:
        cells = []
        for label in labels:
            if label == "joint angle" and not trial.has_angle:
                cells.append("")
                continue
            channel = next((c for c in subject.channels if f"channel {c.name}" == label), None)
            if channel is not None and not subject.records(channel, trial):
                cells.append("")
                continue
            light = light_of(verdict.of(label, trial.trial))
            cells.append(f"[{COLOUR[light]}]{SIGN[light]}[/]")
        table.add_row(trial.trial, *cells)
    return table
