"""Figure 3: how the training loss and each of its terms fall."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    FAINT,
    METHOD_LABELS,
    in_house_style,
    is_narrow,
    legend_above,
    new_figure,
    subject_colours,
)

TERMS = {"loss": "total", "emg_loss": "EMG", "torque_loss": "torque", "parameter_loss": "parameters"}


@in_house_style
def plot(loss: pd.DataFrame, *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """Loss of one method against epoch: a panel per term, a line per fit in its subject's colour.

    `loss` columns: subject, load ("all" for the one fit over all loads, drawn bold), method, epoch, and the
    dimensionless terms loss, emg_loss, torque_loss, parameter_loss. A term that no fit has gets no panel.
    """
    terms = [term for term in TERMS if loss[term].notna().any()]
    (method,) = loss["method"].unique()
    subjects = sorted(loss["subject"].unique())
    colours = subject_colours(subjects)
    columns = 2 if is_narrow(width_mm) else len(terms)
    rows = -(-len(terms) // columns)
    figure = new_figure(width_mm, 16 + (34 if is_narrow(width_mm) else 44) * rows)
    grid = figure.subplots(rows, columns, sharex=True, squeeze=False).ravel()
    for axes, term in zip(grid, terms, strict=False):
        for (subject, load), fit in loss.sort_values("epoch").groupby(["subject", "load"]):
            bold = load == "all"
            axes.plot(
                fit["epoch"],
                fit[term],
                color=colours[str(subject)],
                linewidth=1.2 if bold else 0.5,
                alpha=1 if bold else 0.6,
                zorder=3 if bold else 2,
            )
        axes.set_yscale("log", nonpositive="mask")
        axes.margins(x=0)
        axes.set_title(TERMS[term])
    for axes in grid[len(terms) :]:
        axes.set_axis_off()
    figure.supylabel("loss (dimensionless)")
    figure.supxlabel(f"training time of {METHOD_LABELS[method]} (epochs)")
    handles = [Line2D([], [], color=colours[subject], label=subject) for subject in subjects]
    if (loss["load"] == "all").any():
        handles.append(Line2D([], [], color=FAINT, linewidth=1.2, label="one fit for all loads"))
    if (loss["load"] != "all").any():
        handles.append(Line2D([], [], color=FAINT, linewidth=0.5, label="fit per load"))
    legend_above(figure, handles)
    return figure
