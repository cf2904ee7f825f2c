"""What isometric contractions beside the curls bring, against the minutes that they take."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    FAINT,
    METHOD_COLOURS,
    in_house_style,
    is_narrow,
    legend_above,
    new_figure,
)

COLOURS = list(METHOD_COLOURS.values())
MARKERS = "osD^vPX*"


@in_house_style
def plot(table: pd.DataFrame, muscle_labels: Mapping[str, str], *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """Gain of each protocol with its 90 % interval, a panel per muscle, protocols of a kind joined.

    `table` as of pretrain/contraction_worth.py: a row per protocol and muscle.
    """
    narrow = is_narrow(width_mm)
    figure = new_figure(width_mm, 130 if narrow else 85)
    panels = figure.subplots(*((len(muscle_labels), 1) if narrow else (1, len(muscle_labels))), squeeze=False).ravel()
    for axes, (muscle, label) in zip(panels, muscle_labels.items(), strict=True):
        _panel(axes, table[table["muscle"] == muscle])
        axes.set_title(label, loc="left")
        axes.set_xlabel("isometric contractions, rests included (min)")
        axes.set_ylabel("lower mean RMSE than without (%)")
    legend_above(figure, *panels[0].get_legend_handles_labels())
    return figure


def _panel(axes: Axes, table: pd.DataFrame) -> None:
    axes.axhline(0, color=FAINT, linewidth=0.6)
    for place, (line, part) in enumerate(table.groupby("line", sort=False)):
        points = part.sort_values("minutes", kind="stable")
        below, above = points["gain"] - points["gain_low"], points["gain_high"] - points["gain"]
        axes.errorbar(
            points["minutes"],
            points["gain"],
            yerr=[below.clip(lower=0), above.clip(lower=0)],
            color=COLOURS[place],
            marker=MARKERS[place],
            markersize=3.5,
            elinewidth=0.5,
            label=str(line),
        )
    axes.set_xlim(left=0)
