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


@app.command()
def crate(
    results: Annotated[Path, typer.Option(help="Results folder of the study that was published.")] = Path("results"),
    released: Annotated[Path, typer.Option(help="The published folder.")] = Path("results/released"),
) -> None:
    """Say for machines what was published, of what and with what: ro-crate-metadata.json. The last step of a release.

    Example: `deepemg publish crate`
    """
    import yaml

    from deepemg.report.provenance import made_at, provenance
    from deepemg.report.ro_crate import write_crate

    config = yaml.safe_load((results / "config.yaml").read_text())
    made = provenance(config, Path(config["data"]), sorted(Path("resources").glob("*.pt")))
    write_crate(released, yaml.safe_load(Path("CITATION.cff").read_text()), made, made_at())
    typer.echo(f"{released}/ro-crate-metadata.json")
