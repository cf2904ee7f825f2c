"""What was seen of the released tables on kinds of machines: the file that keeps it, and its table in the document."""

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
KIND = ["column", "fits"]
COUNTS = {"cells": "cells", "reproduced": "reproduced", "to the last bit": "exact"}
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
        worst = part.sort_values("largest").iloc[-1]
        told = f"{worst['largest']:.2g} (`{worst['column']}`)" if worst["largest"] else "none"
        counts = {name: int(part[column].sum()) for name, column in COUNTS.items()}
        rows.append(dict(zip(RUN, names, strict=True)) | counts | {"largest, of its tolerance": told})
    lines = [
        f"- Python {one['python']}: {', '.join(f'{name} {one[name]}' for name in PACKAGES)}; {one['instructions']}"
        for one in table.drop_duplicates(["python", "torch"]).to_dict("records")
    ]
    return "\n".join([markdown_table(pd.DataFrame(rows).drop(columns="torch")), "", *lines])


def largest_seen(file: Path) -> dict[tuple[str, str], float]:
    """By column, as `torque.csv r2`, and fits: the largest difference over its tolerance in any run."""
    if not file.exists():
        return {}
    table = pd.read_csv(file, keep_default_na=False)
    return {(str(column), str(fits)): float(part.max()) for (column, fits), part in table.groupby(KIND)["largest"]}
