"""Figure 9: the 32 personal parameters of every subject, with what is known of them before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deepemg.joint.definition import Joint
from deepemg.joint.parameters import parameter_scheme
from deepemg.report.style import DOUBLE_COLUMN_MM, FAINT, in_house_style, new_figure

BAND = "#E5E5E5"
COLUMNS = 2
HEIGHT_MM = 42


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
def plot(parameters: pd.DataFrame) -> Figure:
    """Distance from the generic value in prior standard deviations: a panel per parameter, subjects side by side.

    `parameters` are rows of one method and one load: subject, muscle ("all" for global ones), parameter, generic,
    personal, sd, identified, prior_sd. Bars are posterior sd, the grey band is the prior's; filled = identified.
    """
    subjects = sorted(parameters["subject"].unique())
    scale = colormaps["viridis"]
    colours = {subject: scale(0.9 * i / max(len(subjects) - 1, 1)) for i, subject in enumerate(subjects)}
    kinds = list(parameters["parameter"].unique())
    rows = -(-len(kinds) // COLUMNS)
    figure = new_figure(DOUBLE_COLUMN_MM, 18 + HEIGHT_MM * rows)
    grid = figure.subplots(rows, COLUMNS, sharey=True, squeeze=False).ravel()
    for axes, kind in zip(grid, kinds, strict=False):
        _panel(axes, parameters[parameters["parameter"] == kind], subjects, colours)
        axes.set_title(kind.replace("_", " "), loc="left")
    for axes in grid[len(kinds) :]:
        axes.set_axis_off()
    figure.supylabel("distance from the generic value (prior standard deviations)")
    marks = [Line2D([], [], color=colours[s], marker="o", markersize=4, linestyle="none", label=s) for s in subjects]
    hollow = Line2D([], [], color=FAINT, marker="o", fillstyle="none", markersize=4, linestyle="none")
    hollow.set_label("mostly prior")
    marks += [Line2D([], [], color=FAINT, marker="o", markersize=4, linestyle="none", label="identified"), hollow]
    figure.legend(handles=[*marks, Patch(color=BAND, label="prior sd")], loc="outside upper center", ncols=9)
    return figure


def _panel(axes: Axes, rows: pd.DataFrame, subjects: list[str], colours: Mapping[str, Any]) -> None:
    """One parameter: muscles along x, subjects beside each other."""
    muscles = list(rows["muscle"].unique())
    axes.axhspan(-1, 1, color=BAND, linewidth=0)
    axes.axhline(0, color=FAINT, linewidth=0.5)
    for number, subject in enumerate(subjects):
        own = rows[rows["subject"] == subject]
        shift = 0.6 * ((number + 0.5) / len(subjects) - 0.5)
        places = [muscles.index(muscle) + shift for muscle in own["muscle"]]
        values, spreads = (own["personal"] - own["generic"]) / own["prior_sd"], own["sd"] / own["prior_sd"]
        for place, value, spread, identified in zip(places, values, spreads, own["identified"], strict=True):
            axes.errorbar(
                place,
                value,
                yerr=spread if pd.notna(spread) else 0,
                color=colours[subject],
                marker="o",
                markersize=3,
                fillstyle="full" if identified else "none",
                elinewidth=0.7,
                markeredgewidth=0.6,
            )
    axes.set_xticks(range(len(muscles)), ["all muscles" if muscle == "all" else muscle for muscle in muscles])
    axes.set_xlim(-0.5, len(muscles) - 0.5)
    axes.tick_params(axis="x", length=0)
