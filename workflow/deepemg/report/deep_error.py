"""Figure 8: error of every method on the muscles without an electrode, against truth."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from deepemg.report.score_panel import Metric, draw_legend, draw_scores, load_markers, score_cells
from deepemg.report.style import DOUBLE_COLUMN_MM, in_house_style, new_figure, order_methods


@in_house_style
def plot(
    deep_emg: pd.DataFrame,
    muscle_labels: Mapping[str, str],
    *,
    value_label: str = "fraction of MVC",
    methods: Mapping[str, str] | None = None,
    own_fit: str = "fit per load",
) -> Figure:
    """RMSE, r and R2 on test trials: a row per muscle, a point per subject and load, a bar at the method's median.

    `deep_emg` columns: subject, load, muscle, method, split, rmse (`value_label`), r, r2 and, where the one fit over
    all loads is scored load by load, trial_load. `muscle_labels` maps the muscles shown, in order, to their names.
    `methods` names the rows and the method behind each, where there are variants; `own_fit` what the fits are that are
    not those for all loads. R2 has no lower bound: points below -1 stand as arrows at the edge and are counted, and
    so are flat channels, which have no r.
    """
    metrics = (
        Metric("rmse", f"RMSE ({value_label})", floor=0),
        Metric("r", "correlation r (unitless)", floor=-1, best=1),
        Metric("r2", "R² (unitless)", floor=-1, best=1),
    )
    cells = score_cells(deep_emg)
    methods = methods or {method: method for method in order_methods(cells["method"])}
    markers = load_markers(cells)
    figure = new_figure(DOUBLE_COLUMN_MM, 22 + len(muscle_labels) * (8 + 9 * len(methods)))
    grid = figure.subplots(len(muscle_labels), len(metrics), sharex="col", sharey=True, squeeze=False)
    for row, (muscle, label) in zip(grid, muscle_labels.items(), strict=True):
        for axes, metric in zip(row, metrics, strict=True):
            draw_scores(axes, cells[cells["muscle"] == muscle], metric, metric.limits(cells), methods, markers)
            axes.label_outer()
        row[0].set_title(label, loc="left")
    draw_legend(figure, cells, markers, own_fit=own_fit)
    return figure
