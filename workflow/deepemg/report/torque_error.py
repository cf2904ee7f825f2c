"""Figure 7: torque error of every method against inverse dynamics in OpenSim."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from deepemg.report.score_panel import Metric, draw_legend, draw_scores, load_markers, score_cells
from deepemg.report.style import DOUBLE_COLUMN_MM, in_house_style, is_narrow, new_figure, order_methods

METRICS = (
    Metric("rmse_nm", "torque RMSE (N m)", floor=0),
    Metric("r", "correlation r (unitless)", floor=-1, best=1),
    Metric("r2", "R² (unitless)", floor=-1, best=1),
)


@in_house_style
def plot(torque: pd.DataFrame, *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """RMSE, r and R2 of joint torque on test trials: a point per subject and load, a bar at the method's median.

    `torque` columns: subject, load, method, split, rmse_nm (N m), r, r2 and, where the one fit over all loads is
    scored load by load, trial_load. Points with R2 below -1 stand as arrows at the edge and are counted.
    """
    cells = score_cells(torque)
    methods, markers = {method: method for method in order_methods(cells["method"])}, load_markers(cells)
    narrow = is_narrow(width_mm)
    rows, columns, pitch = (len(METRICS), 1, 6.5) if narrow else (1, len(METRICS), 9)
    figure = new_figure(width_mm, 16 + rows * (9 + pitch * len(methods)))
    for axes, metric in zip(figure.subplots(rows, columns, sharey=True).ravel(), METRICS, strict=True):
        draw_scores(axes, cells, metric, metric.limits(cells), methods, markers)
    draw_legend(figure, cells, markers)
    return figure
