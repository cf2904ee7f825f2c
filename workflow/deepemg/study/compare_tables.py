"""Two makings of the same table, cell by cell: to the last bit, within a column's tolerance, or different."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from deepemg.report.released_tables import KEYS
from deepemg.study.tolerances import Tolerance, allowed


@dataclass(frozen=True)
class Difference:
    """A cell, or a whole row or column (`cells`), that was not reproduced."""

    place: str
    released: str
    found: str
    allowed: str = ""
    cells: int = 1

    def __str__(self) -> str:
        return f"{self.place}: released {self.released}, found {self.found}{self.allowed}"


@dataclass(frozen=True)
class Seen:
    """Of a column: cells compared, equal to the last bit, reproduced; the largest difference over its tolerance."""

    cells: int
    exact: int
    reproduced: int
    largest: float


@dataclass
class Comparison:
    """Cells compared, how many are equal to the last bit, those that differ; by column what was tolerated, and seen."""

    cells: int = 0
    exact: int = 0
    differences: list[Difference] = field(default_factory=list)
    tolerated: dict[str, tuple[int, float]] = field(default_factory=dict)
    columns: dict[str, Seen] = field(default_factory=dict)

    @property
    def reproduced(self) -> int:
        """Cells that are equal, or within the tolerance of their column."""
        return self.cells - sum(difference.cells for difference in self.differences)

    def __add__(self, other: Comparison) -> Comparison:
        return Comparison(
            self.cells + other.cells,
            self.exact + other.exact,
            [*self.differences, *other.differences],
            self.tolerated | other.tolerated,
            self.columns | other.columns,
        )


def compare_tables(name: str, released: pd.DataFrame, found: pd.DataFrame, *, refit: bool = False) -> Comparison:
    """Compare every value of a table by its keys; both tables are text, as `read_cells` gives them.

    `refit` says whether the fits behind `found` were made anew, which is allowed more than applying the released ones.
    """
    keys = list(KEYS[name])
    values = [str(column) for column in released if column not in keys]
    result = Comparison(cells=len(released) * len(values))
    ours, theirs = (table.drop_duplicates(keys).set_index(keys, drop=False) for table in (released, found))
    for row in released[released.duplicated(keys)].set_index(keys).index:
        result.differences.append(_row(name, row, "the row twice", "one", len(values)))
    for row in ours.index.difference(theirs.index, sort=False):
        result.differences.append(_row(name, row, "a row", "none", len(values)))
    for row in theirs.index.difference(ours.index, sort=False):
        result.differences.append(_row(name, row, "no such row", "one", 0))
    for added in found.columns.difference(released.columns, sort=False):
        result.differences.append(Difference(f"{name}.csv column {added}", "none", "one", cells=0))
    shared = ours.index.intersection(theirs.index, sort=False)
    for column in values:
        if column in found:
            tolerance = allowed(name, column).refit if refit else allowed(name, column).applied
            _compare_column(result, name, ours.loc[shared, column], theirs.loc[shared, column], tolerance)
        else:
            result.differences.append(Difference(f"{name}.csv column {column}", "one", "none", cells=len(shared)))
    return result


def _compare_column(result: Comparison, name: str, ours: pd.Series, theirs: pd.Series, tolerance: Tolerance) -> None:
    """Add the cells of one column; the rows of both are the same."""
    one, two = (pd.to_numeric(cells, errors="coerce") for cells in (ours, theirs))
    error, limit = (one - two).abs(), tolerance.absolute + tolerance.relative * one.abs()
    equal = ours == theirs
    near = ~equal & (error <= limit)
    share = (error / limit)[~equal]  # infinite where nothing is tolerated, no number where a text differs
    result.exact += int(equal.sum())
    result.columns[f"{name}.csv {ours.name}"] = Seen(
        len(ours), int(equal.sum()), int((equal | near).sum()), float(share.fillna(np.inf).max()) if len(share) else 0.0
    )
    if near.any():
        result.tolerated[f"{name}.csv {ours.name}"] = int(near.sum()), float(share[near].max())
    for row in ours.index[~(equal | near)]:
        place, told = _place(name, row, str(ours.name)), f" (tolerance {tolerance})"
        result.differences.append(Difference(place, str(ours.at[row]), str(theirs.at[row]), told))


def _place(name: str, row: object, column: str = "") -> str:
    keys = row if isinstance(row, tuple) else (row,)
    return " ".join([f"{name}.csv", *map(str, keys), column]).strip()


def _row(name: str, row: object, released: str, found: str, cells: int) -> Difference:
    return Difference(_place(name, row), released, found, cells=cells)
