"""Figure 11: a load that the training has not seen: how far the error of the hidden muscles grows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepemg.report.score_panel import BAR_COLOUR, score_cells
from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    FAINT,
    METHOD_COLOURS,
    METHOD_LABELS,
    in_house_style,
    is_narrow,
    legend_above,
    load_label,
    new_figure,
    order_loads,
    order_methods,
)

BEYOND = 1.6  # of the largest error of a seen load: the axis ends there at last, and what lies beyond is counted
SPREAD = 0.56  # of a method's row, over which its subjects lie


def numbers(deep_emg: pd.DataFrame) -> pd.DataFrame:
    """RMSE of test trials: subject, muscle, method, load, rmse_seen, rmse_unseen, side by side.

    `deep_emg` is a score table with fits for all loads ("all") and fits that left the load scored out ("not_2kg").
    """
    cells = score_cells(deep_emg)
    key = ["subject", "muscle", "method", "scored"]
    seen, unseen = (cells.loc[cells["pooled"] == pooled, [*key, "rmse"]] for pooled in (True, False))
    return seen.merge(unseen, on=key, suffixes=("_seen", "_unseen")).rename(columns={"scored": "load"})


@in_house_style
def plot(
    errors: pd.DataFrame,
    muscle_labels: Mapping[str, str],
    *,
    value_label: str = "fraction of MVC",
    width_mm: float = DOUBLE_COLUMN_MM,
) -> Figure:
    """RMSE with the load in the training (hollow) and without it (filled), a line for each subject.

    A row of panels per muscle and a column per load on a page, the other way round in a column. `errors` as `numbers`
    gives them. `muscle_labels` maps the muscles shown, in order, to their names. No row at all (no test trial was
    scored) gives a line that says so.
    """
    if errors.empty:
        figure = new_figure(width_mm, 15)
        figure.text(0.5, 0.5, "no test trial with a truth", ha="center", va="center")
        return figure
    narrow = is_narrow(width_mm)
    loads, methods = order_loads(errors["load"]), order_methods(errors["method"])
    shape = (len(loads), len(muscle_labels)) if narrow else (len(muscle_labels), len(loads))
    figure = new_figure(width_mm, 24 + shape[0] * (10 + (7 if narrow else 8) * len(methods)))
    grid = figure.subplots(*shape, sharex="col" if narrow else "row", sharey=True, squeeze=False)
    for panels, (muscle, label) in zip(grid.T if narrow else grid, muscle_labels.items(), strict=True):
        of_muscle = errors[errors["muscle"] == muscle]
        highest = of_muscle[["rmse_seen", "rmse_unseen"]].max()
        end = min(BEYOND * highest["rmse_seen"], 1.05 * highest.max())
        for axes, load in zip(panels, loads, strict=True):
            for row, method in enumerate(methods):
                cells = of_muscle[(of_muscle["load"] == load) & (of_muscle["method"] == method)]
                _draw_method(axes, cells.sort_values("subject"), row, method, end)
            axes.set_xlim(0, end)
            axes.set_title(f"{label}\n{load_label(load)} left out", loc="left")
            axes.set_yticks(range(len(methods)), [METHOD_LABELS[method] for method in methods])
            axes.set_ylim(len(methods) - 0.5, -0.5)
            axes.tick_params(axis="y", length=0)
            axes.grid(axis="x", color="#E5E5E5", linewidth=0.5)
            axes.set_axisbelow(True)
    figure.supxlabel(f"RMSE ({value_label})")
    look: dict[str, Any] = {"color": FAINT, "marker": "o", "markersize": 3.5}
    entries = [
        Line2D([], [], **look, fillstyle="none", linestyle="none", label="load seen in training"),
        Line2D([], [], **look, label="load left out, same subject"),
        Line2D([], [], color=BAR_COLOUR, marker="|", markersize=7, linestyle="none", label="median, left out"),
    ]
    legend_above(figure, entries)
    return figure


def _draw_method(axes: Axes, cells: pd.DataFrame, row: int, method: str, end: float) -> None:
    """One method and load: its subjects above each other; what lies beyond the axis is an arrow, and counted."""
    colour, places = METHOD_COLOURS[method], row + SPREAD * ((np.arange(len(cells)) + 0.5) / len(cells) - 0.5)
    beyond = int((cells["rmse_unseen"] > end).sum())
    look: dict[str, Any] = {"color": colour, "markersize": 3.0, "markeredgewidth": 0.6, "clip_on": False}
    for place, seen, unseen in zip(places, cells["rmse_seen"], cells["rmse_unseen"], strict=True):
        axes.plot([seen, min(unseen, end)], [place] * 2, color=colour, linewidth=0.8)
        axes.plot(seen, place, "o", **look, markerfacecolor="white")
        axes.plot(min(unseen, end), place, ">" if unseen > end else "o", **look)
    axes.plot([min(cells["rmse_unseen"].median(), end)] * 2, [row - 0.36, row + 0.36], color=BAR_COLOUR, linewidth=1.4)
    if beyond:
        edge = axes.get_yaxis_transform()
        axes.annotate(f"{beyond} >", (1, row), (5, 0), edge, textcoords="offset points", va="center", color=FAINT)
