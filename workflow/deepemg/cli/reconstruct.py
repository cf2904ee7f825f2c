"""`deepemg reconstruct`: one subject folder, one method, envelopes and scores on the screen and in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from deepemg.reconstruct.registry import MethodName

NAME = "reconstruct"


def main(
    folder: Annotated[Path, typer.Argument(help="Subject folder, as in config/README.md.")],
    recordings: Annotated[
        Path | None, typer.Option(help="Folder of the signal files, where they lie elsewhere.")
    ] = None,
    method: Annotated[MethodName, typer.Option(help="By its name in the tables.")] = "nmm",
    weights: Annotated[Path | None, typer.Option(help="Trained weights, where not the released ones.")] = None,
    out: Annotated[Path | None, typer.Option(help="Folder for <trial>.csv and the model.")] = None,
) -> None:
    """Fit one method to a subject's training trials and reconstruct its test trials (all, where there are none).

    Example: `deepemg reconstruct data/S1 --out S1`
    """
    from deepemg.atomic import written_aside
    from deepemg.cli.tables import rich_table
    from deepemg.evaluate.score import score
    from deepemg.own_folder import own_folder
    from deepemg.reconstruct.registry import method_class
    from deepemg.signals.read import read

    console, given = Console(), {"weights": str(weights)} if weights else {}
    if out:
        own_folder(out, "deepemg reconstruct")
    with console.status("reading, filtering, inverse dynamics"):
        recording = read(folder, recordings)
    with console.status(f"fitting {method}"):
        fitted = method_class(method)(**given).fit(recording.train)
    for trial in recording.test or recording.trials:
        found = fitted.reconstruct(trial)
        if out:
            with written_aside(out / f"{trial.name}.csv") as aside:
                found.table().to_csv(aside, index=False)
        if set(recording.held_out.columns) & set(found.muscles):
            console.print(rich_table(score(found, recording.held_out), f"{trial.name}: error of the held-out muscles"))
    if out:
        fitted.save(out / "model")
        console.print(f"envelopes and model are in {out}")
