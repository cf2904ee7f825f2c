"""`deepemg publish`: tables, figures and fits of finished runs, for git, DVC and the documents."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(no_args_is_help=True, help="Publish tables and figures of finished runs.")


@app.command()
def study(
    results: Annotated[Path, typer.Option(help="Results folder of a finished study.")] = Path("results"),
    released: Annotated[Path, typer.Option(help="Where all of it is published.")] = Path("results/released"),
) -> None:
    """Copy tables, PNG figures and fits of the study, with digests and model cards. Then `deepemg docs`.

    Example: `deepemg publish study`
    """
    from deepemg.report.release import release

    release(results, released)


@app.command()
def comparison(
    runs: Annotated[list[str], typer.Argument(help="<name>=<results folder>/opponents, once for each run.")],
    released: Annotated[Path, typer.Option(help="Where they are published.")] = Path("results/released/opponents"),
) -> None:
    """Copy tables and figures of runs of opponents, unseen loads or cross-validation. Then `deepemg docs`.

    Example: `deepemg publish comparison T1=results/opponents unseen_load=results/unseen_load`
    """
    from deepemg.report.comparison_tables import publish

    unnamed = [run for run in runs if "=" not in run]
    if unnamed:
        raise typer.BadParameter(f"{', '.join(unnamed)} has no name; expected <name>=<folder>")

    publish({name: Path(folder) for name, folder in (run.split("=", 1) for run in runs)}, released)
