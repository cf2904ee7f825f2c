"""The answer in one picture: the muscles without an electrode, with their bands, and the truth where there is one."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from deepemg.joint.definition import Joint
from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    METHOD_COLOURS,
    METHOD_LABELS,
    TRUTH_COLOUR,
    in_house_style,
    is_narrow,
    legend_above,
    load_label,
    new_figure,
    order_loads,
)
from deepemg.report.timeline import SMALLEST_SPAN, draw_band, draw_trials, end_to_end, tick_seconds


@in_house_style
def plot(
    reconstruction: pd.DataFrame,
    held_out: pd.DataFrame | None,
    joint: Joint,
    hidden: Sequence[str],
    method: str,
    *,
    value_label: str = "fraction of MVC",
    width_mm: float = DOUBLE_COLUMN_MM,
) -> Figure:
    """A row per hidden muscle, a column per load, of the trials shown.

    `reconstruction` and `held_out` as for figure 4.
    """
    loads, colour = order_loads(reconstruction["load"]), METHOD_COLOURS[method]
    figure = new_figure(width_mm, 20 + (20 if is_narrow(width_mm) else 24) * len(hidden))
    grid = figure.subplots(len(hidden), len(loads), sharex="col", sharey="row", squeeze=False)
    for column, load in zip(grid.T, loads, strict=True):
        trials = reconstruction[reconstruction["load"] == load]
        shifts = end_to_end(trials)
        for axes, muscle in zip(column, hidden, strict=True):
            draw_band(axes, trials, muscle, shifts, colour)
            if held_out is not None and muscle in held_out:
                truth = held_out[held_out["trial"].isin(trials["trial"])]
                dashes = (0, (3, 1.5))
                draw_trials(axes, truth, muscle, shifts, color=TRUTH_COLOUR, linewidth=0.9, linestyle=dashes)
            draw_trials(axes, trials, muscle, shifts, color=colour)
            tick_seconds(axes)
        column[0].set_title(load_label(load))
    for axes, muscle in zip(grid[:, 0], hidden, strict=True):
        axes.set_ylabel(joint.muscle(muscle).label.replace(", ", ",\n").replace(" head", "\nhead", 1))
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        axes.set_ylim(0, max(axes.get_ylim()[1], SMALLEST_SPAN))
    figure.align_ylabels(list(grid[:, 0]))
    figure.supylabel(value_label)
    figure.supxlabel("time (s)")
    handles: list[Line2D | Patch] = [Line2D([], [], color=colour, label=METHOD_LABELS[method])]
    handles.append(Patch(color=colour, alpha=0.25, linewidth=0, label="90 % band"))
    if held_out is not None:
        truth_line = Line2D([], [], color=TRUTH_COLOUR, linewidth=0.9, linestyle=(0, (3, 1.5)), label="truth, held out")
        handles.append(truth_line)
    legend_above(figure, handles)
    return figure
