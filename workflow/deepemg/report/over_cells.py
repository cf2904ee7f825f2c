"""The scores of a muscle over the cells of a study, a row per method: the same in README, tables and pages.

No median stands alone: with 15 cells it jumps by 0.005 of MVC from chance, and it hides bad cells.
"""

from __future__ import annotations

import pandas as pd

from deepemg.report.style import METHOD_LABELS

MIDDLE = {"rmse": ("RMSE", 3), "crps": ("CRPS", 3), "r": ("r", 2), "r2": ("R2", 2)}  # median, mean [worst]
RATIOS = ("level", "peak", "slope")  # mean [worst]
COVERS, ENOUGH = "band covers", 0.8  # a cell in which a 90 % band holds less is badly covered
SMALLEST = ("r", "r2", "coverage90")  # scores whose worst cell is the smallest
NOMINAL = {"level": 1.0, "peak": 1.0, "slope": 1.0, "lag_ms": 0.0}  # and those whose worst is farthest from this
NO_BAND = "no band"


def worst(values: pd.Series) -> float:
    """The worst cell of a score, by its name."""
    if values.name in NOMINAL:
        return float(values.iloc[int((values - NOMINAL[str(values.name)]).abs().to_numpy().argmax())])
    return float(values.min() if values.name in SMALLEST else values.max())


def told(values: pd.Series, digits: int, *, median: bool = True) -> str:
    """Median (if asked for), mean [worst]; cells without a value (flat channels have no r) are counted."""
    known = values.dropna()
    flat = f"{len(values) - len(known)} flat"
    if known.empty:
        return flat
    middle = [known.median(), known.mean()] if median else [known.mean()]
    text = f"{', '.join(f'{value:.{digits}f}' for value in middle)} [{worst(known):.{digits}f}]"
    return text if len(known) == len(values) else f"{text}, {flat}"


def _bands(coverage: pd.Series) -> dict[str, str]:
    """Mean [worst] coverage, and in how many of the cells with a band it is ENOUGH."""
    enough = f"{ENOUGH:g} or more in"
    if coverage.empty:
        return {COVERS: NO_BAND, enough: ""}
    return {
        COVERS: told(coverage, 2, median=False),
        enough: f"{int((coverage >= ENOUGH).sum())} of {len(coverage)}",
    }


def errors_of(cells: pd.DataFrame) -> pd.DataFrame:
    """RMSE of one muscle: a row per cell (subject, load scored), a column per method."""
    return cells.pivot(index=["subject", "scored"], columns="method", values="rmse")


def best_in(errors: pd.DataFrame, method: str) -> tuple[int, int]:
    """In how many cells (`errors_of`) a method has the lowest RMSE, and of how many."""
    mine = errors[method].dropna()
    return int((mine <= errors.loc[mine.index].min(axis=1)).sum()), len(errors)


def closer(errors: pd.DataFrame, ours: str, other: str) -> str:
    """In how many of the cells that both have `ours` has the lower RMSE."""
    pairs = errors[[ours, other]].dropna()
    return f"{int((pairs[ours] < pairs[other]).sum())} of {len(pairs)}"


def over_cells(cells: pd.DataFrame, ours: str) -> pd.DataFrame:
    """Text: a row per method, a column per score that the cells have, and how often `ours` is closer than the method.

    `cells` are those of one muscle, from `score_cells`, of fits for all loads or of fits per load. Scores that a table
    of an earlier release has not have no column; nor has the last one where `ours` was not fitted.
    """
    errors, rows = errors_of(cells), []
    for method in cells["method"].unique():
        own = cells[cells["method"] == method]
        row = {"method": method}
        row |= {label: told(own[name], digits) for name, (label, digits) in MIDDLE.items() if name in own}
        row |= _bands(own["coverage90"].dropna()) if "coverage90" in own else {}
        row |= {name: told(own[name], 2, median=False) for name in RATIOS if name in own}
        if ours in errors:
            wins, of = best_in(errors, ours)
            row[f"{METHOD_LABELS[ours]} closer in"] = (
                f"best in {wins} of {of}" if method == ours else closer(errors, ours, method)
            )
        rows.append(row)
    return pd.DataFrame(rows)
