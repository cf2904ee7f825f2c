"""What was seen of the released tables on kinds of machines: the file that keeps it, and its tables for the document."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path

import pandas as pd

from deepemg.atomic import written_aside
from deepemg.generated_sections import markdown_table
from deepemg.study.compare_tables import Seen

APPLIED, ANEW = "released", "made anew"  # the fits
RUN = ["python", "torch", "kind", "fits", "of"]  # what names a run of `deepemg verify`
PACKAGES = ("torch", "numpy", "scipy", "pandas", "opensim")
NOT_MADE = "Not made yet: `make machines`, then `deepemg docs`."


def software() -> dict[str, str]:
    """Python and the packages that the tables depend on, and what torch makes of this processor, as AVX2."""
    import torch  # here, because the documents need none of it

    found = {"python": platform.python_version()} | {name: version(name) for name in PACKAGES}
    found["torch"] = torch.__version__  # with its build, which a package's own version leaves out
    return found | {"instructions": torch.backends.cpu.get_cpu_capability()}


def keep_run(file: Path, run: Mapping[str, str], columns: Mapping[str, Seen]) -> None:
    """Add one run to a CSV file, a row for each column of the tables, in place of an older run of the same name.

    `run` has what `software` says and what names the run.
    """
    rows = [{**run, "column": name, **vars(seen)} for name, seen in columns.items()]
    table = pd.DataFrame(rows)
    if file.exists():
        older = pd.read_csv(file, keep_default_na=False)
        again = older[RUN].apply(tuple, axis=1) == tuple(table.loc[0, RUN])
        table = pd.concat([older[~again], table])
    file.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(file) as aside:
        table.to_csv(aside, index=False, float_format="%.3g")


def machines_markdown(file: Path) -> str:
    """A row for each run: cells, reproduced, to the last bit, and the column with the largest difference of all."""
    if not file.exists():
        return NOT_MADE
    table = pd.read_csv(file, keep_default_na=False)
    rows = []
    for names, part in table.groupby(RUN, sort=False):
        worst = part.loc[part["largest"].idxmax()]
        cells, reproduced, exact = (int(part[name].sum()) for name in ("cells", "reproduced", "exact"))
        farthest = f"{worst['largest']:.2g} (`{worst['column']}`)" if worst["largest"] else "none"
        rows.append(
            dict(zip(RUN, names, strict=True))
            | {
                "cells": cells,
                "reproduced": reproduced,
                "to the last bit": exact,
                "farthest, of its tolerance": farthest,
            }
        )
    return f"{markdown_table(pd.DataFrame(rows))}\n\n{_software(table)}"


def _software(table: pd.DataFrame) -> str:
    """Which software and instructions the runs had, Python by Python."""
    lines = table.drop_duplicates(["python", "torch"]).to_dict("records")
    return "\n".join(
        f"- Python {one['python']}: {', '.join(f'{name} {one[name]}' for name in PACKAGES)}; {one['instructions']}"
        for one in lines
    )


def farthest(file: Path) -> dict[tuple[str, str], float]:
    """By column (`torque.csv r2`) and fits (released, made anew): the largest difference over its tolerance."""
    if not file.exists():
        return {}
    table = pd.read_csv(file, keep_default_na=False)
    return {tuple(names): float(part["largest"].max()) for names, part in table.groupby(["column", "fits"])}
