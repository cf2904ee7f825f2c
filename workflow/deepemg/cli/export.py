"""`deepemg export`: a fit of the study for OpenSim."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NAME = "export"


def main(
    fit: Annotated[Path, typer.Argument(help="Folder of a fit: results/<subject>/<load>/<method>.")],
    folder: Annotated[Path, typer.Argument(help="Where joint.osim and the .sto files go.")],
) -> None:
    """Write a fit for OpenSim: the personal joint as .osim; excitations, activations and moment of each trial as .sto.

    Example: `deepemg export results/S1/all/nmm S1_opensim`
    """
    from deepemg.reconstruct.export import export

    export(fit, folder)
    typer.echo(f"{folder}/joint.osim and {len(list(folder.glob('*.sto')))} .sto files")
