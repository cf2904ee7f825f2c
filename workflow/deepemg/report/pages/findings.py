"""One sentence of numbers below each figure of the report, read from the tables of the study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from deepemg.report.over_cells import ENOUGH, best_in, closer, errors_of, told
from deepemg.report.priors import PRIOR
from deepemg.report.score_panel import score_cells
from deepemg.report.style import METHOD_LABELS, order_methods

MIDDLE = "median, mean [worst]"  # what `told` tells


@dataclass(frozen=True)
class Tables:
    """The tables of a study, and the method that its pages are about.

    `labels` are those of its hidden muscles, `priors` as of `report/priors.py`; `unseen_load` is None where it was not
    made.
    """

    subjects: pd.DataFrame
    parameters: pd.DataFrame
    torque: pd.DataFrame
    deep_emg: pd.DataFrame
    by_phase: pd.DataFrame
    method: str
    labels: Mapping[str, str]
    priors: Mapping[str, Sequence[str]] = field(default_factory=dict)
    unseen_load: pd.DataFrame | None = None

    @property
    def methods(self) -> list[str]:
        """Those of the tables, the one that the pages are about first."""
        return [self.method, *(name for name in order_methods(self.torque["method"])[::-1] if name != self.method)]

    def title(self, muscle: str) -> str:
        """The label of a hidden muscle, and that it is a prior where it is one."""
        label = self.labels[muscle].capitalize()
        return f"{label} ({PRIOR})" if muscle in self.priors else label

    def cells_of(self, muscle: str) -> pd.DataFrame:
        """Cells of the fits per load of a hidden muscle."""
        cells = score_cells(self.deep_emg)
        return cells[~cells["pooled"] & (cells["muscle"] == muscle)]


def finding(figure: str, tables: Tables) -> str:
    """The sentence of a figure; empty where it has no number of its own."""
    make = FINDINGS.get(figure)
    return make(tables) if make else ""


def _of_each(table: pd.DataFrame, methods: list[str], column: str, digits: int, *, median: bool = True) -> str:
    """Median, mean [worst] of a column by method; methods without a value are left out."""
    parts = []
    for method in methods:
        values = table.loc[table["method"] == method, column].dropna()
        if len(values):
            parts.append(f"{METHOD_LABELS[method]} {told(values, digits, median=median)}")
    return "; ".join(parts)


def _protocol(tables: Tables) -> str:
    counts = tables.subjects[["n_trials", "n_mvc"]].sum()
    return f"{len(tables.subjects)} subjects, {counts['n_trials']:.0f} movements, {counts['n_mvc']:.0f} MVC trials."


def _torque(tables: Tables) -> str:
    cells = score_cells(tables.torque)
    per_load = cells[~cells["pooled"]]
    return f"RMSE over subjects and loads, N m, {MIDDLE}: {_of_each(per_load, tables.methods, 'rmse_nm', 2)}."


def _torque_over_all(tables: Tables) -> str:
    cells = score_cells(tables.torque)
    pooled = cells[cells["pooled"]]
    return f"RMSE of the fit for all loads, N m, {MIDDLE}: {_of_each(pooled, tables.methods, 'rmse_nm', 2)}."


def _deep_error(tables: Tables) -> str:
    sentences = []
    for muscle in tables.labels:
        own = tables.cells_of(muscle)
        errors = errors_of(own)
        wins, of = best_in(errors, tables.method)
        pairs = [
            f"{METHOD_LABELS[m]} in {closer(errors, tables.method, m)}" for m in tables.methods if m != tables.method
        ]
        sentences.append(
            f"{tables.title(muscle)}, RMSE, {MIDDLE}: {_of_each(own, tables.methods, 'rmse', 3)}; "
            f"{METHOD_LABELS[tables.method]} is best in {wins} of {of} cells, closer than {', '.join(pairs)}."
        )
    return " ".join(sentences)


def _coverage(tables: Tables) -> str:
    sentences = []
    for muscle in tables.labels:
        own = tables.cells_of(muscle)
        told_of_each = _of_each(own, tables.methods, "coverage90", 2, median=False)
        ours = own.loc[own["method"] == tables.method, "coverage90"].dropna()
        enough = f"{ENOUGH:g} or more in {(ours >= ENOUGH).sum()} of {len(ours)} cells"
        sentences.append(f"{tables.title(muscle)}: {told_of_each}; {METHOD_LABELS[tables.method]} has {enough}.")
    return "Coverage, mean [worst], of a promised 0.90. " + " ".join(sentences)


def _parameters(tables: Tables) -> str:
    own = tables.parameters[(tables.parameters["method"] == tables.method) & (tables.parameters["load"] == "all")]
    told, bound = int(own["identified"].sum()), int(own["at_bound"].sum())
    return f"{told} of {len(own)} parameters are identified, {bound} stand at a bound."


def _unseen_load(tables: Tables) -> str:
    if tables.unseen_load is None:
        return ""
    cells = score_cells(tables.unseen_load)
    sentences = []
    for muscle in tables.labels:
        own = cells[cells["muscle"] == muscle]
        unseen, seen = (_of_each(own[own["pooled"] == pooled], tables.methods, "rmse", 3) for pooled in (False, True))
        sentences.append(f"{tables.title(muscle)}, RMSE, {MIDDLE}, load not seen: {unseen}; seen: {seen}.")
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
