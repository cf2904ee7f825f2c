"""Where a number of a table comes from: rules, scripts, functions, inputs, weights, seed, and how to make it again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from deepemg.digest import file_digest
from deepemg.reconstruct.fits import FIT
from deepemg.reconstruct.registry import METHODS, module_of
from deepemg.report.released_tables import KEYS, read_cells
from deepemg.study.config import StudyConfig
from deepemg.study.sources import module_file
from deepemg.study.workflow_jobs import Job, called_functions, jobs_behind, workflow_jobs

OPEN = ("split", "trial_load", "phase")  # keys that may be left out: the same jobs make the rows of all of them


@dataclass(frozen=True)
class Cells:
    """One column of a table in the rows of one fit: `names` are the keys that they share."""

    table: str
    column: str
    names: dict[str, str]
    rows: pd.DataFrame
    others: frozenset[str]

    @property
    def values(self) -> dict[str, str]:
        """Values by the keys that were left open."""
        keys = [key for key in KEYS[self.table] if key not in self.names]
        return {" ".join(f"{key}={row[key]}" for key in keys): row[self.column] for _, row in self.rows.iterrows()}


def find_cells(tables: Path, table: str, words: Sequence[str]) -> Cells:
    """Cells by their keys, in the order of the table's key columns or as column=value, and the column as the last.

    Raises ValueError, in one line, with what there is, where a table, key or column is unknown or missing.
    """
    name = table.removesuffix(".csv")
    if name not in KEYS:
        raise ValueError(f"no table {table!r}; there are {', '.join(f'{known}.csv' for known in KEYS)}")
    rows, keys = read_cells(tables / f"{name}.csv"), KEYS[name]
    columns = [str(column) for column in rows if column not in keys]
    column = next((word for word in reversed(words) if "=" not in word), "")
    if column not in columns:
        raise ValueError(f"no column {column!r} in {name}.csv; the last is one of {', '.join(columns)}")
    chosen = rows
    named = _by_key([word for word in words if word != column], keys, name)
    for key in keys:
        present = list(chosen[key].unique())
        if key in named and named[key] not in present:
            raise ValueError(f"no {key} {named[key]!r} in these rows of {name}.csv; there are {', '.join(present)}")
        if key not in named and key not in OPEN:
            raise ValueError(f"which {key}? {name}.csv has {', '.join(present)}; keys are {', '.join(keys)}")
        if key in named:
            chosen = chosen[chosen[key] == named[key]]
    others = {value for key in FIT if key in keys for value in rows[key].unique() if value != named[key]}
    return Cells(name, column, named, chosen, frozenset(others))


def _by_key(words: Sequence[str], keys: Sequence[str], table: str) -> dict[str, str]:
    """Words as keys: `column=value` by name, all others in the order of the keys that are left."""
    named = dict(word.split("=", 1) for word in words if "=" in word)
    if unknown := [key for key in named if key not in keys]:
        raise ValueError(f"no key {unknown[0]!r} in {table}.csv; keys are {', '.join(keys)}")
    left, values = [key for key in keys if key not in named], [word for word in words if "=" not in word]
    if len(values) > len(left):
        raise ValueError(f"{len(values)} keys are too many for {table}.csv; keys are {', '.join(keys)}")
    return named | dict(zip(left, values, strict=False))


@dataclass(frozen=True)
class Origin:
    """What made some cells: jobs, the last one first, files read with their digests, seed and command."""

    jobs: list[Job]
    functions: list[str]
    inputs: dict[str, str]
    seed: int | None
    command: str


def origin(cells: Cells, config: StudyConfig, *options: str) -> Origin:
    """Ask the workflow for the jobs behind some cells; `options` are its own, such as --configfile."""
    target = f"{config.results}/tables/{cells.table}.csv"
    everything = workflow_jobs(target, *options)
    jobs = jobs_behind(target, everything, cells.others)
    method = cells.names.get("method")
    own = [job for job in jobs if set(FIT) <= set(cells.names) and _is_of(job, cells.names)]
    again = own[0].outputs[0] if own else target
    return Origin(
        jobs=jobs,
        functions=[_functions(job, cells.table, config.base_method(method) if method else None) for job in jobs],
        inputs=_given(jobs, everything, cells.others),
        seed=config.seed_of(method) if method else None,
        command=f"deepemg run -- {target} --forcerun {again}",
    )


def _is_of(job: Job, names: Mapping[str, str]) -> bool:
    """Whether a job writes into the folder of the cells' own fit."""
    return {names[key] for key in FIT} <= set(Path(job.outputs[0]).parts)


def _functions(job: Job, table: str, method: str | None) -> str:
    """What a job's script calls: where one function is named after the table, that one; of a fit, the method too."""
    called = called_functions(Path(job.script))
    called = {name: file for name, file in called.items() if name.endswith(table)} or called
    if method and module_file(module_of(method)) in job.inputs:
        called = {METHODS[method][1]: module_file(module_of(method))} | called
    by_file = {file: [name for name in called if called[name] == file] for file in called.values()}
    return "; ".join(f"{', '.join(names)} ({file})" for file, names in by_file.items())


def _given(jobs: Sequence[Job], everything: Sequence[Job], others: Collection[str]) -> dict[str, str]:
    """Files that these jobs read and no job makes, with their digests: recordings, texts and weights."""
    made = {path for job in everything for path in job.outputs}
    read = dict.fromkeys(path for job in jobs for path in job.data if not set(Path(path).parts) & set(others))
    return {path: file_digest(path) for path in read if path not in made and Path(path).is_file()}
