"""Figure 9: the 32 personal parameters of every subject, with what is known of them before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deepemg.joint.definition import Joint
from deepemg.joint.parameters import GLOBAL, parameter_scheme
from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    FAINT,
    in_house_style,
    is_narrow,
    legend_above,
    new_figure,
    subject_colours,
)

BAND = "#E5E5E5"


def with_prior_sd(parameters: pd.DataFrame, joints: Mapping[str, Joint], scheme: str) -> pd.DataFrame:
    """The table with a column prior_sd; `joints` are the subjects' generic ones. Ratios scale with the subject."""
    parts = []
    for subject, rows in parameters.groupby("subject", sort=False):
        prior = parameter_scheme(joints[str(subject)], scheme)
        places = pd.MultiIndex.from_arrays([prior.muscles, prior.parameters]).get_indexer(
            pd.MultiIndex.from_frame(rows[["muscle", "parameter"]])
        )
        generic = prior.generic[places]
        grown = np.where(generic != 0, rows["generic"] / np.where(generic != 0, generic, 1), 1)
        parts.append(rows.assign(prior_sd=prior.prior_sd[places] * grown))
    return pd.concat(parts)


@in_house_style
def plot(parameters: pd.DataFrame, *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """Distance from the generic value in prior standard deviations: a panel per parameter, subjects side by side.

    The last panel holds what all muscles share.
    `parameters` are rows of one method and one load: subject, muscle ("all" for global ones), parameter, generic,
    personal, sd, identified, prior_sd. Bars are posterior sd, the grey band is the prior's; filled = identified.
    """
    subjects = sorted(parameters["subject"].unique())
    colours = subject_colours(subjects)
    shared = parameters["muscle"] == GLOBAL
    panels = {_name(str(kind)): rows for kind, rows in parameters[~shared].groupby("parameter", sort=False)}
    panels = {title: rows.assign(place=rows["muscle"]) for title, rows in panels.items()}
    if shared.any():
        panels["of all muscles"] = parameters[shared].assign(place=parameters.loc[shared, "parameter"].map(_name))
    columns, height = (1, 27) if is_narrow(width_mm) else (2, 42)
    rows = -(-len(panels) // columns)
    figure = new_figure(width_mm, 16 + height * rows)
    grid = figure.subplots(rows, columns, sharey=True, squeeze=False).ravel()
    for axes, (title, part) in zip(grid, panels.items(), strict=False):
        _panel(axes, part, colours)
        axes.set_title(title, loc="left")
    for axes in grid[len(panels) :]:
        axes.set_axis_off()
    figure.supylabel("distance from the generic value (prior standard deviations)")
    dot: dict[str, Any] = {"marker": "o", "markersize": 4, "linestyle": "none"}
    marks: list[Line2D | Patch] = [Line2D([], [], color=colours[name], label=name, **dot) for name in subjects]
    marks.append(Line2D([], [], color=FAINT, label="identified", **dot))
    marks.append(Line2D([], [], color=FAINT, fillstyle="none", label="mostly prior", **dot))
    legend_above(figure, [*marks, Patch(color=BAND, label="prior sd")])
    return figure


def _name(parameter: str) -> str:
    return parameter.replace("_", " ").replace("emg", "EMG")


def _panel(axes: Axes, rows: pd.DataFrame, colours: Mapping[str, Any]) -> None:
    """One parameter: muscles along x (column place), subjects beside each other."""
    places = list(rows["place"].unique())
    axes.axhspan(-1, 1, color=BAND, linewidth=0)
    axes.axhline(0, color=FAINT, linewidth=0.5)
    for number, (subject, colour) in enumerate(colours.items()):
        own = rows[rows["subject"] == subject]
        x = own["place"].map(places.index) + 0.6 * ((number + 0.5) / len(colours) - 0.5)
        values, spreads = (own["personal"] - own["generic"]) / own["prior_sd"], own["sd"] / own["prior_sd"]
        axes.errorbar(x, values, yerr=spreads.fillna(0), fmt="none", color=colour, elinewidth=0.7)
        look: dict[str, Any] = {
            "color": colour,
            "marker": "o",
            "markersize": 3,
            "markeredgewidth": 0.6,
            "linestyle": "none",
        }
        known = own["identified"].astype(bool)
        axes.plot(x[known], values[known], **look)
        axes.plot(x[~known], values[~known], **look, markerfacecolor="white")
    axes.set_xticks(range(len(places)), places)
    axes.set_xlim(-0.5, len(places) - 0.5)
    axes.tick_params(axis="x", length=0)
