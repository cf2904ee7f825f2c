"""`deepemg verify`: are the released tables reproduced on this machine?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

if TYPE_CHECKING:
    from deepemg.study.compare_tables import Comparison
    from deepemg.study.verify import Tables

NAME = "verify"
SHOWN = 20  # cells that differ; the others are counted


def main(
    released: Annotated[Path, typer.Option(help="Folder of the release.")] = Path("results/released"),
    results: Annotated[
        Path | None, typer.Option(help="Results of a study run anew; default: the released fits are applied.")
    ] = None,
    anew: Annotated[bool, typer.Option("--anew", help="Make the fits anew, here and now.")] = False,
    fit: Annotated[
        list[str] | None,
        typer.Option(help="subject/load/method of fits to look at, * for any, once for each; default: all."),
    ] = None,
    kind: Annotated[
        str, typer.Option(help="Kind of machine to stand in for, such as 'no AVX at all' or '2 threads'.")
    ] = "as it is",
    keep: Annotated[Path | None, typer.Option(help="CSV file that gets what was seen, column by column.")] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Subjects at the same time.")] = 2,
) -> None:
    """Make the tables again from the released fits, or take those of a new run, and compare every cell.

    Exit code 0 where all cells are reproduced, 1 otherwise, with the files or cells that differ.

    Example: `deepemg verify`
    """
    from deepemg.output_digests import check_files
    from deepemg.report.digests import WEIGHTS, changed_files
    from deepemg.report.released_tables import KEYS, read_cells
    from deepemg.study.machine_kinds import KINDS
    from deepemg.study.machines import ANEW, APPLIED, keep_run, software
    from deepemg.study.verify import as_written, chosen_fits, compare_release, read_release, recompute

    if kind not in KINDS:
        raise typer.BadParameter(f"no kind of machine called {kind!r}; there are {', '.join(KINDS)}")
    console = Console(highlight=False, soft_wrap=True)
    config = read_release(released)
    if changed := changed_files(config, released):
        tell(console, changed, "files")
        console.print(
            f"not reproduced: {len(changed)} of the files that it rests on changed since the release", markup=False
        )
        raise typer.Exit(1)
    fits = chosen_fits(released, fit or [])
    run = {"kind": kind, "fits": ANEW if anew or results else APPLIED, "of": " ".join(fit or ["all"])}
    run |= software() if keep else {}  # before the processor is said to be another
    if results:
        check_files([results / "tables"], results)
        found = {name: read_cells(results / "tables" / f"{name}.csv") for name in KEYS}
    else:
        parts = recompute(config, fits, None if anew else released / WEIGHTS, jobs, KINDS[kind])
        found = as_written(list(shown(console, parts, len({subject for subject, *_ in fits}))))
    compared = compare_release(released, found, refit=anew or results is not None, fits=fits if fit else None)
    if keep:
        keep_run(keep, run, compared.columns)
    tell_comparison(console, compared)
    raise typer.Exit(1 if compared.differences else 0)


def tell_comparison(console: Console, compared: Comparison) -> None:
    """What was tolerated, the cells that differ, and how many are reproduced."""
    for column, (count, share) in compared.tolerated.items():
        console.print(f"{column}: {count} cells differ by at most {share:.1%} of the tolerance", markup=False)
    tell(console, [str(difference) for difference in compared.differences], "cells")
    verdict = "not reproduced" if compared.differences else "reproduced"
    told = f"{compared.reproduced} of {compared.cells} cells, {compared.exact} to the last bit"
    console.print(f"{verdict}: {told}", markup=False)


def tell(console: Console, lines: list[str], what: str) -> None:
    """The first of some lines, and how many more there are."""
    for line in lines[:SHOWN]:
        console.print(line, markup=False)
    if len(lines) > SHOWN:
        console.print(f"and {len(lines) - SHOWN} more {what}", markup=False)


def shown(console: Console, parts: Iterator[Tables], total: int) -> Iterator[Tables]:
    """The same parts, with a line that says how far they are."""
    with console.status("") as status:
        for done in range(total + 1):
            status.update(f"reading, reconstructing, scoring: {done} of {total} subjects")
            if done < total:
                yield next(parts)
