"""The report of the study as one page, in the order of the paper."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from deepemg.report.over_cells import over_cells
from deepemg.report.pages.cells import known
from deepemg.report.pages.environment import render
from deepemg.report.pages.findings import Tables
from deepemg.report.phases import over_phases
from deepemg.report.score_panel import score_cells


@dataclass(frozen=True)
class ReportFigure:
    """A figure of the report: its name, its number and caption, the sentence of its numbers, and two drawings (SVG)."""

    name: str
    caption: str
    finding: str
    wide: str
    narrow: str


def overview(tables: Tables) -> dict[str, pd.DataFrame]:
    """By hidden muscle, a row per method, ours first: fits per load, over subjects and loads of the test trials."""
    found = {}
    for muscle in tables.labels:
        table = over_cells(tables.cells_of(muscle), tables.method).set_index("method")
        found[muscle] = table.loc[[name for name in tables.methods if name in table.index]].reset_index()
    return found


def phases(tables: Tables) -> dict[str, pd.DataFrame]:
    """By hidden muscle, two rows per method, ours first: mean error in each phase of the curl, over the same cells."""
    cells = score_cells(tables.by_phase)
    cells = cells[~cells["pooled"]]
    return {muscle: over_phases(cells[cells["muscle"] == muscle], tables.methods) for muscle in tables.labels}


def test_rows(scores: pd.DataFrame) -> pd.DataFrame:
    """Rows of the test trials, without the column that says so, and without rows that pool loads."""
    tested = scores[scores["split"] == "test"]
    return tested[tested["trial_load"] != "all"].drop(columns="split")


def own_parameters(tables: Tables) -> pd.DataFrame:
    """Table 2 as the report shows it: our method's fit for all loads."""
    table = tables.parameters
    own = table[(table["method"] == tables.method) & (table["load"] == "all")]
    return own.drop(columns=["load", "method"])


def subject_rows(tables: Tables) -> list[dict[str, Any]]:
    """One line per subject: its name, loads, and the scores of our fit for all loads over all test trials."""
    deep = tables.deep_emg
    chosen = (deep["method"] == tables.method) & (deep["load"] == "all") & (deep["split"] == "test")
    own = deep[chosen].drop_duplicates(["subject", "muscle"], keep="last").set_index(["subject", "muscle"])
    rows = []
    for subject, loads in zip(tables.subjects["subject"].astype(str), tables.subjects["loads"], strict=True):
        names = [name for name in tables.labels if (subject, name) in own.index]
        scores = {tables.title(name): own.loc[(subject, name)] for name in names}
        rows.append({"name": subject, "loads": loads, "scores": scores})
    return rows


def render_study(
    tables: Tables,
    figures: Sequence[ReportFigure],
    *,
    settings: Mapping[str, Mapping[str, Any]],
    value_label: str,
    pages: Mapping[str, str],
    provenance: Mapping[str, str],
) -> str:
    """The report as HTML, with everything inside. `settings` are those of the methods `nmm-paper` and `nmm` in the
    study, `pages` the addresses of the subjects' pages by name.
    """
    return render(
        "study.html.j2",
        tables=tables,
        table_1=known(tables.subjects),
        table_2=own_parameters(tables),
        table_3=known(test_rows(tables.torque)),
        table_4=known(test_rows(tables.deep_emg)) if len(tables.deep_emg) else tables.deep_emg,
        overview=overview(tables),
        phases=phases(tables),
        subjects=subject_rows(tables),
        figures=figures,
        value_label=value_label,
        pages=pages,
        paper=settings["nmm-paper"],
        fit=settings["nmm"],
        n_parameters=len(own_parameters(tables).drop_duplicates(["muscle", "parameter"])),
        provenance=provenance,
    )
