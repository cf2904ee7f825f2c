"""Errors over the curl with one mechanism switched at a time: a row per case, its phases and its two contrasts."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from deepemg.audit.curl_errors import CONTRASTS
from deepemg.evaluate.phases import PHASES
from deepemg.report.style import DOUBLE_COLUMN_MM, FAINT, in_house_style, legend_above, new_figure

VALUE = "bias_without_level"
COLOURS, MARKERS = ("#0072B2", "#D55E00"), "oD"  # Okabe-Ito, in the order of the contrasts
STRONG = 0.6  # of the scale's end: numbers on darker colours are white


@in_house_style
def plot(table: pd.DataFrame) -> Figure:
    """Mean error over mean truth once the level is right, medians over cells; `table` as of `audit/mechanisms.py`.

    On the left by phase, on the right the contrasts, all of them 0 where there is no pattern.
    """
    values = table.pivot(index="case", columns="phase", values=VALUE).reindex(table["case"].unique())
    by_phase, rows = values[list(PHASES)].to_numpy(), np.arange(len(values))
    figure = new_figure(DOUBLE_COLUMN_MM, 34 + 5 * len(values))
    left, right = figure.subplots(1, 2, sharey=True, width_ratios=(3, 2))
    end = float(np.nanmax(np.abs(by_phase), initial=0.1))
    image = left.imshow(by_phase, cmap="PuOr_r", vmin=-end, vmax=end, aspect="auto", interpolation="none")
    for (row, column), value in np.ndenumerate(by_phase):
        colour = "white" if abs(value) > STRONG * end else "black"
        left.text(column, row, "" if np.isnan(value) else f"{value:+.2f}", color=colour, ha="center", va="center")
    left.set_yticks(rows, list(values.index))
    left.set_xticks(range(len(PHASES)), [name.replace(" ", "\n", 2) for name in PHASES])
    left.tick_params(length=0)
    left.spines[:].set_visible(False)
    figure.colorbar(image, ax=left, location="bottom", aspect=40).set_label("mean error / mean truth, level right (1)")
    for name, colour, marker in zip(CONTRASTS, COLOURS, MARKERS, strict=True):
        right.plot(values[name], rows, marker, color=colour, markersize=3.5, label=name)
    right.axvline(0, color=FAINT, linewidth=0.8, linestyle="--")
    right.set_xlabel("difference (1)")
    right.tick_params(axis="y", length=0, labelleft=False)
    legend_above(figure, right.get_lines()[: len(CONTRASTS)])
    return figure
