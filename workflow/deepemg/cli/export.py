"""`deepemg export`: a fit of the study as tables and for OpenSim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NAME = "export"


def main(
    fit: Annotated[str, typer.Argument(help="A subject of the study, or the folder of a fit (with a /).")],
    folder: Annotated[
        Path | None, typer.Argument(help="Where the files go; default: exports/<subject>/<load>/<method>.")
    ] = None,
    method: Annotated[str, typer.Option(help="Of a subject's fits, by its name in the tables.")] = "nmm",
    load: Annotated[str, typer.Option(help="Of the fit: one such as 2kg, or all loads together.")] = "all",
    out: Annotated[Path | None, typer.Option(help="The same as the second argument.")] = None,
    results: Annotated[Path, typer.Option(help="Results folder of the study.")] = Path("results"),
) -> None:
    """Write a fit: envelopes with bands and torque of each trial as .csv; for OpenSim excitations, activations and
    moment of each trial as .sto, and the personal joint as .osim.

    Example: `deepemg export S1 --method mse --out S1_mse`, or `deepemg export results/S1/all/nmm S1_nmm`
    """
    from deepemg.own_folder import own_folder
    from deepemg.reconstruct.export import export, find_fit

    if folder and out:
        raise ValueError(f"the files cannot go to {folder} and to {out}; expected one of them")
    source = Path(fit) if "/" in fit else find_fit(results, fit, load, method)
    target = folder or out or Path("exports", *source.absolute().parts[-3:])
    own_folder(target, "deepemg export")
    export(source, target)
    counts = ", ".join(f"{len(list(target.glob(f'*.{kind}')))} .{kind}" for kind in ("csv", "sto", "osim"))
    typer.echo(f"{source} is in {target}: {counts}")
