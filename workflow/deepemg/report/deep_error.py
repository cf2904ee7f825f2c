"""Figure 8: error of every method on the muscles without an electrode, against truth."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from deepemg.report.score_panel import Metric, draw_legend, draw_scores, load_markers, score_cells
from deepemg.report.style import DOUBLE_COLUMN_MM, in_house_style, is_narrow, new_figure, order_methods


@in_house_style
def plot(
    deep_emg: pd.DataFrame,
    muscle_labels: Mapping[str, str],
    *,
    value_label: str = "fraction of MVC",
    width_mm: float = DOUBLE_COLUMN_MM,
) -> Figure:
    """RMSE, r and R2 on test trials: a point per subject and load, a bar at the method's median.

    A row of panels per muscle on a page; in a column a row per score, muscles side by side.
    `deep_emg` columns: subject, load, muscle, method, split, rmse (`value_label`), r, r2 and, where the one fit over
    all loads is scored load by load, trial_load. `muscle_labels` maps the muscles shown, in order, to their names.
    R2 has no lower bound: points below -1 stand as arrows at the edge and are counted, and so are flat channels, which
    have no r.
    """
    narrow = is_narrow(width_mm)
    broken = value_label.replace(", ", ",\n") if narrow else value_label
    metrics = (
        Metric("rmse", f"RMSE ({broken})", floor=0),
        Metric("r", "correlation r (unitless)", floor=-1, best=1),
        Metric("r2", "R² (unitless)", floor=-1, best=1),
    )
    cells = score_cells(deep_emg)
    methods, markers = {method: method for method in order_methods(cells["method"])}, load_markers(cells)
    shape = (len(metrics), len(muscle_labels)) if narrow else (len(muscle_labels), len(metrics))
    figure = new_figure(width_mm, 18 + shape[0] * (10 + (6.5 if narrow else 9) * len(methods)))
    grid = figure.subplots(*shape, sharex="row" if narrow else "col", sharey=True, squeeze=False)
    by_muscle = grid.T if narrow else grid
    for panels, (muscle, label) in zip(by_muscle, muscle_labels.items(), strict=True):
        for axes, metric in zip(panels, metrics, strict=True):
            draw_scores(axes, cells[cells["muscle"] == muscle], metric, metric.limits(cells), methods, markers)
            if not narrow:
                axes.label_outer()
        panels[0].set_title(label, loc="left")
    draw_legend(figure, cells, markers)
    return figure
