"""One panel of scores: a point per subject and load, a bar at each method's median, every clipped point declared."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.legend_handler import HandlerTuple
from matplotlib.lines import Line2D
from matplotlib.typing import FillStyleType

from deepemg.report.style import FAINT, METHOD_COLOURS, METHOD_LABELS, legend_above, load_label, order_loads

MARKERS = "os^DPvX*"
BAR_COLOUR = "#000000"


@dataclass(frozen=True)
class Metric:
    """A score: its column, its axis label with unit, and the value below which points are clipped."""

    column: str
    label: str
    floor: float
    best: float | None = None

    def limits(self, cells: pd.DataFrame) -> tuple[float, float]:
        """Ends of the axis, alike in every panel of this metric.

        From 0 or the lowest score, but not below the floor, to the best there can be or a little above the highest.
        """
        lowest, highest = min(float(cells[self.column].min()), 0.0), float(cells[self.column].max())
        return max(self.floor, 1.05 * lowest), 1.05 * highest if self.best is None else self.best


def score_cells(scores: pd.DataFrame) -> pd.DataFrame:
    """Test rows of a score table, with `scored` (the load scored) and `pooled` (from the one fit over all loads).

    `scores` columns: subject, load (the load of the fit, or "all"), method, split, the metrics and, where one fit
    is scored load by load, trial_load. Its rows over all loads together ("all") would count every trial twice.
    """
    cells = scores[scores["split"] == "test"].reset_index(drop=True)
    cells = cells.assign(pooled=cells["load"] == "all", scored=cells["load"])
    if "trial_load" in cells:
        cells = cells[cells["trial_load"] != "all"].assign(scored=cells["trial_load"])
    return cells


def load_markers(cells: pd.DataFrame) -> dict[str, str]:
    """A marker for each load scored."""
    return {load: MARKERS[i % len(MARKERS)] for i, load in enumerate(order_loads(cells["scored"]))}


def _draw_group(axes: Axes, group: pd.DataFrame, metric: Metric, row: float, left: float, look: dict[str, Any]) -> None:
    """Points, median and notes of one method's fits around the height `row`."""
    scored = group.dropna(subset=metric.column)
    below = scored[metric.column] < left
    values = scored[metric.column].clip(lower=left)
    for marker, points in scored.groupby(scored["marker"].mask(below, "<")):
        axes.plot(values[points.index], row + points["spread"], marker=str(marker), **look)
    axes.plot([values.median()] * 2, [row - 0.17, row + 0.17], color=BAR_COLOUR, linewidth=1.4, zorder=4)
    counts = {f"< {left:g}".replace("-", "\N{MINUS SIGN}"): below.sum(), "flat": len(group) - len(scored)}
    notes = ", ".join(f"{count} {what}" for what, count in counts.items() if count)
    if notes:
        edge = axes.get_yaxis_transform()
        axes.annotate(notes, (1, row), (5, 0), edge, textcoords="offset points", va="center", color=FAINT)


def draw_scores(
    axes: Axes,
    cells: pd.DataFrame,
    metric: Metric,
    limits: tuple[float, float],
    methods: Mapping[str, str],
    markers: Mapping[str, str],
) -> None:
    """Draw `cells` (from `score_cells`) of one metric: methods downwards, fits per load above the one fit for all.

    `methods` are the names to draw with the method behind each, whose colour it takes.
    Points below the lower limit become arrows at the edge; beside the panel stands how many, and how many are flat.
    """
    # Subjects are spread in order, not by chance, so that the same data give the same picture.
    order = cells["subject"].rank(method="dense")
    cells = cells.assign(spread=0.24 * ((order - 0.5) / order.max() - 0.5), marker=cells["scored"].map(markers))
    shift = 0.2 if cells["pooled"].nunique() > 1 else 0.0
    for place, (method, base) in enumerate(methods.items()):
        for pooled, group in cells[cells["method"] == method].groupby("pooled"):
            look = {
                "color": METHOD_COLOURS[base],
                "fillstyle": "none" if pooled else "full",
                "markersize": 3.2,
                "markeredgewidth": 0.6,
                "linestyle": "none",
                "clip_on": False,
            }
            _draw_group(axes, group, metric, place + (shift if pooled else -shift), limits[0], look)
    axes.set_yticks(range(len(methods)), [METHOD_LABELS.get(method, method) for method in methods])
    axes.set_ylim(len(methods) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(*limits)
    axes.locator_params(axis="x", nbins=5)
    axes.set_xlabel(metric.label)
    axes.grid(axis="x", color="#E5E5E5", linewidth=0.5)
    axes.set_axisbelow(True)


def draw_legend(figure: Figure, cells: pd.DataFrame, markers: Mapping[str, str]) -> None:
    """Say above the panels what the markers, their filling and the bar mean."""

    def dots(signs: Iterable[str], fill: FillStyleType) -> tuple[Line2D, ...]:
        return tuple(
            Line2D([], [], color=FAINT, marker=sign, fillstyle=fill, markersize=4, linestyle="none") for sign in signs
        )

    entries: dict[str, Any] = {load_label(load): dots(sign, "full") for load, sign in markers.items()}
    if not cells["pooled"].all():
        entries["fit per load"] = dots(markers.values(), "full")
    if cells["pooled"].any():
        entries["one fit for all loads"] = dots(markers.values(), "none")
    entries["median"] = (Line2D([], [], color=BAR_COLOUR, marker="|", markersize=7, linestyle="none"),)
    legend_above(figure, list(entries.values()), list(entries), handler_map={tuple: HandlerTuple(ndivide=None)})
