"""Ranks of the truth of virtual subjects in their posterior, against what chance gives."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deepemg.evaluate.calibration import chance_difference, ecdf_difference
from deepemg.report.style import DOUBLE_COLUMN_MM, FAINT, METHOD_COLOURS, in_house_style, new_figure

AT = np.linspace(0, 1, 201)
STYLES: dict[str, dict[str, Any]] = {
    "reported": {"color": METHOD_COLOURS["nmm"]},
    "trained": {"color": METHOD_COLOURS["so"], "linestyle": "--"},
}
TOGETHER = "TARP"
LARGEST = 0.15  # of the axes of envelopes; parameters have their own


@in_house_style
def plot(ranks: pd.DataFrame, muscle_labels: Mapping[str, str]) -> Figure:
    """Distribution of the ranks less the uniform one: level and sample of each muscle, all samples, all parameters.

    `ranks` as of pretrain/calibration.py: a row per subject, columns quantity, of (muscle or TARP) and bands.
    """
    panels = {
        f"{label}: {quantity}": (quantity, name)
        for name, label in muscle_labels.items()
        for quantity in ("level", "sample")
    }
    panels["all hidden envelopes (TARP)"] = ("all samples", TOGETHER)
    figure = new_figure(DOUBLE_COLUMN_MM, 100)
    grid = figure.subplots(2, -(-(len(panels) + 1) // 2), sharex=True, squeeze=False).T.ravel()
    for axes, (title, (quantity, of)) in zip(grid, panels.items(), strict=False):
        _chance(axes, len(ranks))
        for bands, style in STYLES.items():
            axes.plot(AT, ecdf_difference(ranks[quantity, of, bands].to_numpy(), AT), **style)
        axes.set_title(title, loc="left")
        axes.set_ylim(-LARGEST, LARGEST)
    _parameters(grid[len(panels)], ranks)
    for axes in grid[len(panels) + 1 :]:
        axes.set_axis_off()
    figure.supxlabel("rank of the truth in the posterior (0 to 1)")
    figure.supylabel("share of subjects up to the rank, less the rank")
    figure.legend(handles=_legend(len(ranks)), loc="outside upper center", ncols=4)
    return figure


def _chance(axes: Axes, count: int) -> None:
    axes.axhspan(-chance_difference(count), chance_difference(count), color="#E4E4E4", linewidth=0)
    axes.axhline(0, color=FAINT, linewidth=0.6)


def _parameters(axes: Axes, ranks: pd.DataFrame) -> None:
    """Each parameter that every subject has, thin, and all of them together."""
    _chance(axes, len(ranks))
    known = ranks.dropna(axis=1)
    for key in known.columns:
        if key[0] not in ("level", "sample", "all samples", "all parameters"):
            axes.plot(AT, ecdf_difference(known[key].to_numpy(), AT), color=FAINT, linewidth=0.4)
    together = known["all parameters", TOGETHER, "trained"].to_numpy()
    axes.plot(AT, ecdf_difference(together, AT), **STYLES["trained"])
    axes.set_title("parameters: each, and all (TARP)", loc="left")


def _legend(count: int) -> list[Line2D | Patch]:
    return [
        Line2D([], [], label="bands as reported", **STYLES["reported"]),
        Line2D([], [], label="as trained", **STYLES["trained"]),
        Line2D([], [], color=FAINT, linewidth=0.4, label="one parameter"),
        Patch(color="#E4E4E4", linewidth=0, label=f"95 % of chance, {count} subjects"),
    ]
