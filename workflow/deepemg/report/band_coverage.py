"""Figure 12: do the 90 % bands of the hidden muscles cover what they promise?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.figure import Figure

from deepemg.report.score_panel import Metric, draw_legend, draw_scores, load_markers, score_cells
from deepemg.report.style import DOUBLE_COLUMN_MM, FAINT, in_house_style, is_narrow, new_figure, order_methods

PROMISED = 0.9
METRIC = Metric("coverage90", "share of the truth inside the 90 % band (unitless)", floor=0, best=1)


@in_house_style
def plot(deep_emg: pd.DataFrame, muscle_labels: Mapping[str, str], *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """Coverage on test trials: a panel per muscle, a point per subject and load, a line at what is promised.

    `deep_emg` as for figure 8, with coverage90; methods without a band are left out.
    """
    cells = score_cells(deep_emg).dropna(subset="coverage90")
    methods, markers = {method: method for method in order_methods(cells["method"])}, load_markers(cells)
    narrow = is_narrow(width_mm)
    rows, columns, pitch = (len(muscle_labels), 1, 6.5) if narrow else (1, len(muscle_labels), 9)
    figure = new_figure(width_mm, 18 + rows * (6 + pitch * len(methods)))
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, (muscle, label) in zip(grid.ravel(), muscle_labels.items(), strict=True):
        axes.axvline(PROMISED, color=FAINT, linewidth=0.8, linestyle="--")
        draw_scores(axes, cells[cells["muscle"] == muscle], METRIC, METRIC.limits(cells), methods, markers)
        axes.set_title(label, loc="left")
        axes.label_outer()
    draw_legend(figure, cells, markers)
    return figure
