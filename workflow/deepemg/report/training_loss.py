"""Figure 3: how the training loss and each of its terms fall."""

from __future__ import annotations

import pandas as pd
from matplotlib import colormaps
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepemg.report.style import DOUBLE_COLUMN_MM, FAINT, METHOD_LABELS, in_house_style, new_figure, order_methods

TERMS = {"loss": "total", "emg_loss": "EMG", "torque_loss": "torque", "parameter_loss": "parameters"}


@in_house_style
def plot(loss: pd.DataFrame) -> Figure:
    """Loss against epoch: a row per method, a panel per term, a line per fit in its subject's colour.

    `loss` columns: subject, load ("all" for the one fit over all loads, drawn bold), method, epoch, and the
    dimensionless terms loss, emg_loss, torque_loss, parameter_loss. A term that no fit has gets no panel.
    """
    terms = [term for term in TERMS if loss[term].notna().any()]
    methods = order_methods(loss["method"])
    subjects = sorted(loss["subject"].unique())
    # An ordered scale, not the Okabe-Ito set: those colours mean methods everywhere in the study.
    scale = colormaps["viridis"]
    colours = {subject: scale(0.9 * i / max(len(subjects) - 1, 1)) for i, subject in enumerate(subjects)}

    figure = new_figure(DOUBLE_COLUMN_MM, 14 + 44 * len(methods))
    grid = figure.subplots(len(methods), len(terms), sharex=True, squeeze=False)
    for row, method in zip(grid, methods, strict=True):
        fits = loss[loss["method"] == method].sort_values("epoch")
        for axes, term in zip(row, terms, strict=True):
            for (subject, load), fit in fits.groupby(["subject", "load"]):
                bold = load == "all"
                axes.plot(
                    fit["epoch"],
                    fit[term],
                    color=colours[subject],
                    linewidth=1.2 if bold else 0.5,
                    alpha=1 if bold else 0.6,
                    zorder=3 if bold else 2,
                )
            axes.set_yscale("log", nonpositive="mask")
            axes.margins(x=0)
        row[0].set_ylabel(METHOD_LABELS[method])
    for axes, term in zip(grid[0], terms, strict=True):
        axes.set_title(TERMS[term])
    figure.supylabel("loss (dimensionless)")
    figure.supxlabel("training time (epochs)")
    handles = [Line2D([], [], color=colours[subject], label=subject) for subject in subjects]
    if (loss["load"] == "all").any():
        handles.append(Line2D([], [], color=FAINT, linewidth=1.2, label="one fit for all loads"))
    if (loss["load"] != "all").any():
        handles.append(Line2D([], [], color=FAINT, linewidth=0.5, label="fit per load"))
    figure.legend(handles=handles, loc="outside upper center", ncols=8)
    return figure
