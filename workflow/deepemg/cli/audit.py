"""`deepemg audit`: is the simulated truth consistent, and what does it look like?"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from deepemg.own_folder import outside_subjects

NAME = "audit"


def main(
    seed: Annotated[int, typer.Option(help="Of the cohorts that are audited.")] = 20250307,
    subjects: Annotated[
        int | None, typer.Option(min=1, help="Of each cohort; default: 5, and 2 of each mechanism.")
    ] = None,
    cohorts: Annotated[Path, typer.Option(help="Where they are made, or found.")] = Path("results/truth"),
    out: Annotated[Path, typer.Option(callback=outside_subjects, help="Folder of tables and figures.")] = Path(
        "results/released/truth"
    ),
    published: Annotated[Path, typer.Option(help="Folder of the published cohort.")] = Path("data"),
    published_seed: Annotated[int, typer.Option(help="Its seed.")] = 2503,
    real: Annotated[Path | None, typer.Option(help="Subject folder of a real recording, for likeness.")] = None,
    recordings: Annotated[Path | None, typer.Option(help="Its signal files.")] = None,
    jobs: Annotated[int | None, typer.Option(min=1, help="Trials at once; default: one per core.")] = None,
    load: Annotated[
        list[float] | None, typer.Option(min=0, help="Of mechanisms, kg, once for each; default: 2.")
    ] = None,
    weights: Annotated[
        Path | None, typer.Option(help="Weights file that mechanisms judges; default: the released one.")
    ] = None,
    part: Annotated[list[str] | None, typer.Option(help="What to renew, once for each; default: all parts.")] = None,
) -> None:
    """Audit the simulated truth: is it consistent, what is it like, what do networks stumble over? Then `deepemg docs`.

    Parts: consistency, coordination, likeness, sensitivity, mechanisms, speed, detection, fuzz.

    Example: `deepemg audit --part consistency --part speed`
    """
    from deepemg.audit.parts import PARTS, AuditOptions, audit

    unknown = [name for name in part or [] if name not in PARTS]
    if unknown:
        raise typer.BadParameter(f"no part called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    workers = jobs or os.cpu_count() or 1
    options = AuditOptions(
        seed=seed,
        subjects=subjects or 5,
        cohorts=cohorts,
        out=out,
        published=published,
        published_seed=published_seed,
        real=real,
        recordings=recordings,
        jobs=workers,
        paired=subjects or 2,
        loads=tuple(load or [2.0]),
        weights=weights,
    )
    audit(options, part or list(PARTS))
