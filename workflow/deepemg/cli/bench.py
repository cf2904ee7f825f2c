"""`deepemg bench`: this library beside others, timed in one run."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from deepemg.own_folder import outside_subjects

NAME = "bench"


def main(
    out: Annotated[Path, typer.Argument(callback=outside_subjects, help="CSV file of the timings.")] = Path(
        "results/bench/joint.csv"
    ),
) -> None:
    """Time the torque of a joint by this library beside OpenSim's evaluation of the same states.

    Example: `deepemg bench timings.csv`
    """
    from deepemg.atomic import written_aside
    from deepemg.bench.joint import compare

    table = compare()
    out.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(out) as aside:
        table.to_csv(aside, index=False)
    typer.echo(table.to_string(index=False))
