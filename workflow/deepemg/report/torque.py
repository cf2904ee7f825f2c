"""Figure 6: joint torque of every method against inverse dynamics in OpenSim, by load."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

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
    order_methods,
)
from deepemg.report.timeline import draw_trials, end_to_end, tick_seconds


@in_house_style
def plot(torque: pd.DataFrame, reconstructions: pd.DataFrame, *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """Joint torque (flexion positive) over time: a row per subject, a column per load.

    `torque` (OpenSim inverse dynamics, test trials only) columns: subject, load, trial, time_s (s), torque_nm (N m).
    `reconstructions` columns: the same and method; its trials are among those of `torque`.
    """
    subjects, loads = sorted(torque["subject"].unique()), order_loads(torque["load"])
    methods = order_methods(reconstructions["method"])
    thick, thin = (1.2, 0.6) if is_narrow(width_mm) else (1.6, 0.8)
    figure = new_figure(width_mm, 26 + (20 if is_narrow(width_mm) else 26) * len(subjects))
    grid = figure.subplots(len(subjects), len(loads), sharex="col", sharey="row", squeeze=False)
    for row, subject in zip(grid, subjects, strict=True):
        for axes, load in zip(row, loads, strict=True):
            reference = torque[(torque["subject"] == subject) & (torque["load"] == load)]
            cell = reconstructions[(reconstructions["subject"] == subject) & (reconstructions["load"] == load)]
            shifts = end_to_end(reference)
            draw_trials(axes, reference, "torque_nm", shifts, color=TRUTH_COLOUR, linewidth=thick)
            for method in methods:
                part = cell[cell["method"] == method]
                draw_trials(axes, part, "torque_nm", shifts, color=METHOD_COLOURS[method], linewidth=thin)
            tick_seconds(axes)
        row[0].set_ylabel(subject)
    for axes, load in zip(grid[0], loads, strict=True):
        axes.set_title(load_label(load))
    figure.supylabel("joint torque (N m)")
    figure.supxlabel("time (s)")
    handles = [Line2D([], [], color=TRUTH_COLOUR, linewidth=thick, label="inverse dynamics (OpenSim)")]
    handles += [Line2D([], [], color=METHOD_COLOURS[m], linewidth=thin, label=METHOD_LABELS[m]) for m in methods]
    legend_above(figure, handles)
    return figure


def numbers(torque: pd.DataFrame, reconstructions: pd.DataFrame) -> pd.DataFrame:
    """What `plot` shows of the same tables: a row per sample, a column (N m) for inverse dynamics and each method."""
    key = ["subject", "load", "trial", "time_s"]
    wide = reconstructions.pivot(index=key, columns="method", values="torque_nm")[
        order_methods(reconstructions["method"])
    ]
    return torque.rename(columns={"torque_nm": "inverse_dynamics"}).merge(wide.reset_index(), on=key, how="left")
