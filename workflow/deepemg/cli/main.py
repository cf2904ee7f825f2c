"""`deepemg`: everything that is done outside the workflow, under one name."""

from __future__ import annotations

import importlib.metadata
import sys
from typing import Annotated

import typer

from deepemg.cli import (
    audit,
    bench,
    check,
    docs,
    explain,
    export,
    fetch,
    import_,
    new,
    publish,
    reconstruct,
    run,
    simulate,
    train,
    verify,
    why,
)

app = typer.Typer(
    name="deepemg",
    epilog="The study itself is a Snakemake workflow: deepemg run all, or snakemake --cores 8 all.",
    no_args_is_help=True,
    invoke_without_command=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
for command in (
    *(new, import_, check, explain, run, reconstruct, export),
    *(simulate, audit, bench, docs, verify, why, fetch),
):
    app.command(name=command.NAME)(command.main)


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", help="Tell the version and stop.")] = False,
) -> None:
    """Reconstruct the EMG of muscles that carry no electrode, from joint motion, load and surface EMG."""
    if version:
        typer.echo(f"deepemg {importlib.metadata.version('deepemg')}")
        raise typer.Exit


app.add_typer(train.app, name="train")
app.add_typer(publish.app, name="publish")


def main() -> None:
    """Run the command; what a user did wrong ends in one line for each fault, not in a traceback. Exit code 1."""
    try:
        app()
    except (ValueError, OSError) as error:  # RecordingError is a ValueError; a fault of the program stays a traceback
        typer.echo(str(error), err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
