"""One sentence of numbers below each figure of the report, read from the tables of the study."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from deepemg.report.score_panel import score_cells
from deepemg.report.style import METHOD_LABELS, order_methods


@dataclass(frozen=True)
class Tables:
    """The tables of a study, and the method that its pages are about.

    `labels` are those of its hidden muscles, `unseen_load` is None where it was not made.
    """

    subjects: pd.DataFrame
    parameters: pd.DataFrame
    torque: pd.DataFrame
    deep_emg: pd.DataFrame
    method: str
    labels: Mapping[str, str]
    unseen_load: pd.DataFrame | None = None

    @property
    def methods(self) -> list[str]:
        """Those of the tables, the one that the pages are about first."""
        return [self.method, *(name for name in order_methods(self.torque["method"])[::-1] if name != self.method)]


def finding(figure: str, tables: Tables) -> str:
    """The sentence of a figure; empty where it has no number of its own."""
    make = FINDINGS.get(figure)
    return make(tables) if make else ""


def best_in(deep_emg: pd.DataFrame, muscle: str, method: str) -> tuple[int, int]:
    """In how many cells (subject x load, fits per load, test trials) a method has the lowest RMSE, and of how many."""
    cells = score_cells(deep_emg)
    cells = cells[~cells["pooled"] & (cells["muscle"] == muscle)].set_index(["subject", "load"])
    mine, best = cells[cells["method"] == method], cells.groupby(level=[0, 1])["rmse"].min()
    return int((mine["rmse"] <= best.loc[mine.index]).sum()), len(best)


def _of_each(table: pd.DataFrame, methods: list[str], column: str, digits: int, worst: str = "max") -> str:
    """Median [worst] of a column by method; methods without a value are left out."""
    parts = []
    for method in methods:
        values = table.loc[table["method"] == method, column].dropna()
        if len(values):
            parts.append(f"{METHOD_LABELS[method]} {values.median():.{digits}f} [{values.agg(worst):.{digits}f}]")
    return ", ".join(parts)


def _protocol(tables: Tables) -> str:
    counts = tables.subjects[["n_trials", "n_mvc"]].sum()
    return f"{len(tables.subjects)} subjects, {counts['n_trials']:.0f} movements, {counts['n_mvc']:.0f} MVC trials."


def _torque(tables: Tables) -> str:
    cells = score_cells(tables.torque)
    per_load = cells[~cells["pooled"]]
    return f"RMSE, median [worst] over subjects and loads, N m: {_of_each(per_load, tables.methods, 'rmse_nm', 2)}."


def _torque_over_all(tables: Tables) -> str:
    cells = score_cells(tables.torque)
    pooled = cells[cells["pooled"]]
    return f"RMSE of the fit for all loads, median [worst], N m: {_of_each(pooled, tables.methods, 'rmse_nm', 2)}."


def _deep_error(tables: Tables) -> str:
    cells = score_cells(tables.deep_emg)
    per_load = cells[~cells["pooled"]]
    sentences = []
    for muscle, label in tables.labels.items():
        own = per_load[per_load["muscle"] == muscle]
        wins, of = best_in(tables.deep_emg, muscle, tables.method)
        sentences.append(
            f"{label.capitalize()}, RMSE, median [worst]: {_of_each(own, tables.methods, 'rmse', 3)}; "
            f"{METHOD_LABELS[tables.method]} is best in {wins} of {of} cells."
        )
    return " ".join(sentences)


def _coverage(tables: Tables) -> str:
    cells = score_cells(tables.deep_emg)
    sentences = []
    for muscle, label in tables.labels.items():
        own = cells[~cells["pooled"] & (cells["muscle"] == muscle)]
        sentences.append(f"{label.capitalize()}: {_of_each(own, tables.methods, 'coverage90', 2, 'min')}.")
    return "Coverage, median [worst], of a promised 0.90. " + " ".join(sentences)


def _parameters(tables: Tables) -> str:
    own = tables.parameters[(tables.parameters["method"] == tables.method) & (tables.parameters["load"] == "all")]
    told, bound = int(own["identified"].sum()), int(own["at_bound"].sum())
    return f"{told} of {len(own)} parameters are identified, {bound} stand at a bound."


def _unseen_load(tables: Tables) -> str:
    if tables.unseen_load is None:
        return ""
    cells = score_cells(tables.unseen_load)
    sentences = []
    for muscle, label in tables.labels.items():
        own = cells[cells["muscle"] == muscle]
        unseen, seen = (_of_each(own[own["pooled"] == pooled], tables.methods, "rmse", 3) for pooled in (False, True))
        sentences.append(f"{label.capitalize()}, RMSE, median [worst], load not seen: {unseen}; seen: {seen}.")
    return " ".join(sentences)


FINDINGS: dict[str, Callable[[Tables], str]] = {
    "protocol": _protocol,
    "torque": _torque_over_all,
    "torque_error": _torque,
    "deep_error": _deep_error,
    "parameters": _parameters,
    "unseen_load": _unseen_load,
    "band_coverage": _coverage,
}
