"""One self-contained page per subject: what was recorded, what was reconstructed, and how far to trust it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from jinja2 import Environment, PackageLoader, StrictUndefined

from deepemg.report.style import METHOD_COLOURS, METHOD_LABELS, load_label, order_loads, order_methods
from deepemg.signals.normalisation import reference_label


def _cell(value: Any) -> str:
    """A table cell: three significant digits, n/a for what is missing, yes or no."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if pd.isna(value):
        return "n/a"
    if isinstance(value, (float, np.floating)):
        return f"{value:.0f}" if abs(float(value)) >= 1000 else f"{value:.3g}"
    return str(value)


def _embedded(svg: str) -> str:
    """An SVG as a data address: it stays inside the page, keeps its own ids and cannot run scripts."""
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _flagged(rows: pd.DataFrame) -> int:
    return sum(_cell(flags) not in ("", "n/a") for flags in rows.get("flags", []))


def _by_fit(parameters: pd.DataFrame) -> list[tuple[str, str, pd.DataFrame]]:
    """Parameters as one table per fit: (load, method, rows), the one fit over all loads last."""
    fits = [
        (load, method, parameters[(parameters["load"] == load) & (parameters["method"] == method)])
        for method in order_methods(parameters["method"])
        for load in order_loads(parameters["load"])
    ]
    return [(load, method, rows.drop(columns=["load", "method"])) for load, method, rows in fits if len(rows)]


def render_page(
    subject: str,
    facts: Mapping[str, object],
    *,
    joint: str,
    reference: str,
    has_truth: bool,
    indistinct: Mapping[str, Sequence[str]],
    quality: pd.DataFrame,
    angles: pd.DataFrame,
    envelopes: Mapping[str, str],
    torque_figure: str,
    deep_emg: pd.DataFrame,
    torque: pd.DataFrame,
    parameters: pd.DataFrame,
    versions: Mapping[str, str],
    tested: bool = True,
) -> str:
    """The page of one subject as HTML, with everything inside and no link to anywhere.

    `facts` heads the page in order (joint, source, loads, ...). `joint` is its anatomical name, `reference` what an
    envelope of 1 means; `has_truth` says whether hidden muscles were recorded or simulated. `indistinct` names hidden
    muscles that torque cannot tell, each with the muscles it cannot be told from.
    `quality`: a row per channel and trial, `angles`: a row per movement; any columns; a column `flags` (a text or a
    list, empty when nothing is wrong) is set off. `envelopes` maps method to its figure 4 as SVG, `torque_figure` is
    figure 6 as SVG.
    `deep_emg`, `torque`, `parameters`: this subject's rows of the result tables of these names; `identified` and
    `at_bound` of `parameters` are true or false. `tested` says whether the trials shown were put aside for a test.
    """
    environment = Environment(
        loader=PackageLoader("deepemg.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(cell=_cell, embedded=_embedded, load=load_label)
    return environment.get_template("subject.html.j2").render(
        subject=subject,
        facts={name: value for name, value in facts.items() if value not in (None, "")},
        joint=joint,
        value_label=reference_label([reference]),
        reference=reference,
        has_truth=has_truth,
        indistinct=indistinct,
        quality=quality,
        angles=angles,
        n_flagged=_flagged(quality) + _flagged(angles),
        envelopes={method: envelopes[method] for method in order_methods(envelopes)},
        torque_figure=torque_figure,
        deep_emg=deep_emg.drop(columns="subject"),
        torque=torque.drop(columns="subject"),
        fits=_by_fit(parameters.drop(columns="subject")),
        n_parameters=len(parameters),
        n_at_bound=int(parameters["at_bound"].sum()),
        n_identified=int(parameters["identified"].sum()),
        versions=versions,
        tested=tested,
        labels=METHOD_LABELS,
        colours=METHOD_COLOURS,
    )
