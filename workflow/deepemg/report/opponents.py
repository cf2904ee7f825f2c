"""All methods and variants in one figure, on one page: error of the hidden muscles, fits for all loads."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import pandas as pd
from matplotlib.figure import Figure

from deepemg.report.score_panel import Metric, draw_legend, draw_scores, load_markers, score_cells
from deepemg.report.style import DOUBLE_COLUMN_MM, FAINT, in_house_style, is_narrow, new_figure

TALLEST_MM = 230.0  # of a page, with its caption below
PITCH_MM = 5.5  # of a row, where there is room


@in_house_style
def plot(
    deep_emg: pd.DataFrame,
    muscle_labels: Mapping[str, str],
    methods: Mapping[str, str],
    *,
    value_label: str = "fraction of MVC",
    width_mm: float = DOUBLE_COLUMN_MM,
) -> Figure:
    """RMSE and R2 on test trials (in a column RMSE alone): a row per variant, below those of the same method.

    `deep_emg` columns: subject, load, muscle, method, split, rmse (`value_label`), r2, trial_load. `muscle_labels` maps
    the muscles shown, in order, to their names, `methods` each variant to the method behind it, whose colour it takes.
    """
    broken = value_label.replace(", ", ",\n")
    metrics = [Metric("rmse", f"RMSE ({broken})", floor=0), Metric("r2", "R² (unitless)", floor=-1, best=1)]
    metrics = metrics[: 1 if is_narrow(width_mm) else 2]
    cells = score_cells(deep_emg)
    cells, markers = cells[cells["pooled"]], load_markers(cells)
    bases = list(dict.fromkeys(methods.values()))
    ordered = dict(sorted(methods.items(), key=lambda pair: bases.index(pair[1])))
    figure = new_figure(width_mm, min(TALLEST_MM, 28 + PITCH_MM * len(ordered)))
    grid = figure.subplots(1, len(muscle_labels) * len(metrics), sharey=True)
    for place, (muscle, label) in enumerate(muscle_labels.items()):
        for axes, metric in zip(grid[place * len(metrics) :], metrics, strict=False):
            draw_scores(axes, cells[cells["muscle"] == muscle], metric, metric.limits(cells), ordered, markers)
            for row, (above, below) in enumerate(pairwise(ordered.values())):
                if above != below:
                    axes.axhline(row + 0.5, color=FAINT, linewidth=0.4)
        grid[place * len(metrics)].set_title(label, loc="left")
    draw_legend(figure, cells, markers)
    return figure


def numbers(deep_emg: pd.DataFrame, methods: Mapping[str, str]) -> pd.DataFrame:
    """The bars of `plot`, of the same tables: variant, method, muscle, and over subjects and loads medians and means.

    Of coverage mean and worst.
    """
    cells = score_cells(deep_emg)
    cells = cells[cells["pooled"] & cells["method"].isin(list(methods))].rename(columns={"method": "variant"})
    scores = ("rmse", "r", "r2")
    statistics = {score: (score, "median") for score in scores} | {f"{score}_mean": (score, "mean") for score in scores}
    statistics |= {"coverage90_mean": ("coverage90", "mean"), "coverage90_worst": ("coverage90", "min")}
    found = cells.groupby(["variant", "muscle"], sort=False).agg(**statistics).reset_index()
    found.insert(1, "method", found["variant"].map(dict(methods)))
    return found
