"""Errors of brachialis against the virtual subjects that a network was trained on."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from deepemg.report.style import DOUBLE_COLUMN_MM, METHOD_COLOURS, in_house_style, new_figure

COLOURS = [METHOD_COLOURS[name] for name in ("nmm", "so", "mse", "nmm-paper")]
MARKERS = "osD^"


@in_house_style
def plot(table: pd.DataFrame, muscle: str) -> Figure:
    """Loss on virtual subjects of no training, and mean RMSE of `muscle` on them and on cohorts with truth.

    `table` as of pretrain/learning_curve.py: a row per network.
    """
    figure = new_figure(DOUBLE_COLUMN_MM, 62)
    left, right = figure.subplots(1, 2)
    trained = table["subjects"] / 1000
    left.plot(trained, table["loss"], color=COLOURS[0], marker=MARKERS[0], markersize=3)
    left.set_ylabel("negative log density of held-out\nvirtual subjects (nats)")
    ending = f"_{muscle}_rmse"
    columns = [name for name in table.columns if name.endswith(ending)]
    for column, colour, marker in zip(columns, COLOURS, MARKERS, strict=False):
        label = column.removesuffix(ending)
        right.plot(trained, table[column], color=colour, marker=marker, markersize=3, label=label)
    right.set_ylabel(f"mean RMSE of {muscle}\n(fraction of MVC)")
    right.legend(loc="upper right", ncols=2)
    right.set_ylim(bottom=0)
    for axes in (left, right):
        axes.set_xscale("log")
        axes.set_xticks(trained, [f"{thousands:.0f}" for thousands in trained])
        axes.minorticks_off()
        axes.set_xlabel("virtual subjects of the training (thousands)")
    return figure
