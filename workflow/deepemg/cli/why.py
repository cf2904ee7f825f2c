"""`deepemg why`: where a number of a table comes from, and how to make it again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NAME = "why"


def main(
    table: Annotated[str, typer.Argument(help="subjects, parameters, torque, deep_emg or deep_emg_by_phase, .csv.")],
    words: Annotated[
        list[str], typer.Argument(help="Keys of the row, in the table's order or column=value; the column.")
    ],
    released: Annotated[Path, typer.Option(help="Folder of the release.")] = Path("results/released"),
    files: Annotated[bool, typer.Option("--files", help="List every file that was read, with its digest.")] = False,
) -> None:
    """Tell the value of a cell, the rules, scripts and functions behind it, its inputs, and the command for it alone.

    Example: `deepemg why deep_emg.csv S3 4kg BRA nmm rmse`
    """
    from rich.console import Console

    from deepemg.report.provenance import commit
    from deepemg.study.config import read_config
    from deepemg.study.verify import released_config
    from deepemg.study.why import find_cells, origin

    console = Console(highlight=False, soft_wrap=True)
    cells = find_cells(released / "tables", table, words)
    config = read_config(released_config(released))
    with console.status("asking the workflow"):
        found = origin(cells, config, "--configfile", str(released / "config.yaml"))
    lines = [f"{released}/tables/{cells.table}.csv, {' '.join(cells.names.values())}, {cells.column}:"]
    lines += [f"  {value}  {left_open}".rstrip() for left_open, value in cells.values.items()]
    lines += ["", "made by, the last rule first:"]
    for job, functions in zip(found.jobs, found.functions, strict=True):
        lines += [f"  {job.rule}, {job.script}: {', '.join(job.outputs)}"]
        lines += [f"    calls {functions}"] if functions else []
    lines += ["", "from:", *_inputs(found.inputs, Path(config.data) / cells.names["subject"], each=files)]
    lines += [f"  seed {found.seed}"] if found.seed is not None else []
    lines += [f"  sources of commit {commit()}", "", "made again, alone, by:", f"  {found.command}"]
    console.print("\n".join(lines), markup=False)


def _inputs(inputs: dict[str, str], folder: Path, *, each: bool) -> list[str]:
    """A line for each file with its digest; those of the subject's folder as one, by the digest of the folder."""
    from deepemg.digest import folder_digest

    own = [] if each else [path for path in inputs if folder in Path(path).parents]
    lines = [f"  {folder} ({len(own)} of its files): {folder_digest(folder)}"] if own else []
    return lines + [f"  {path}: {digest}" for path, digest in inputs.items() if path not in own]
