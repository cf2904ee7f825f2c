"""Figure 5: the deep muscles over the curl cycle, every subject and load, method beside truth."""

from __future__ import annotations

from collections.abc import Mapping
from textwrap import fill

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch

from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    METHOD_LABELS,
    in_house_style,
    load_label,
    new_figure,
    order_loads,
    order_methods,
)

NOT_RECORDED = "#D0D0D0"
ROW_MM = 3.1  # a subject's row, at least
BLOCK_MM = 15.5  # a method's block of rows, at least: its name stands upright beside it
CHARACTER_PT = 4.5  # width of a character of a subject's name


def _name_rows(axes: Axes, sources: list[str], labels: Mapping[str, str], subjects: list[str]) -> None:
    """Write the subjects beside their rows and the method beside its block of rows."""
    axes.set_yticks(np.arange(len(sources) * len(subjects)) + 0.5, subjects * len(sources))
    beside = 9 + CHARACTER_PT * max(map(len, subjects))
    for block, source in enumerate(sources):
        middle = (block + 0.5) * len(subjects)
        axes.annotate(
            labels[source],
            xy=(0, middle),
            xycoords=axes.get_yaxis_transform(),
            xytext=(-beside, 0),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="center",
        )


@in_house_style
def plot(
    profiles: pd.DataFrame,
    muscle_labels: Mapping[str, str],
    *,
    value_label: str = "fraction of MVC",
) -> Figure:
    """Mean envelope over the curl cycle: a row of panels per muscle, a column per load, one colour scale per muscle.

    `profiles` columns: subject, load, method ("truth" or a method), muscle, phase (% of the curl cycle, the same
    evenly spaced phases everywhere), value (`value_label`). `muscle_labels` maps the muscles shown, in order, to their
    names. Cells that were not recorded stay grey. No profile at all (no curl was found) gives a line that says so.
    """
    if profiles.empty:
        figure = new_figure(DOUBLE_COLUMN_MM, BLOCK_MM)
        figure.text(0.5, 0.5, "no curl in any test trial", ha="center", va="center")
        return figure
    methods = order_methods(name for name in profiles["method"] if name != "truth")
    sources = (["truth"] if (profiles["method"] == "truth").any() else []) + methods
    subjects, loads = sorted(profiles["subject"].unique()), order_loads(profiles["load"])
    phases = np.sort(profiles["phase"].unique())
    rows = pd.MultiIndex.from_product([sources, subjects])
    colours = colormaps["viridis"].with_extremes(bad=NOT_RECORDED)

    panel_mm = 8 + len(sources) * max(BLOCK_MM, ROW_MM * len(subjects))
    figure = new_figure(DOUBLE_COLUMN_MM, 16 + len(muscle_labels) * panel_mm)
    grid = figure.subplots(len(muscle_labels), len(loads), sharex=True, sharey=True, squeeze=False)
    for panels, (muscle, label) in zip(grid, muscle_labels.items(), strict=True):
        of_muscle = profiles[profiles["muscle"] == muscle]
        top = of_muscle["value"].max()
        for axes, load in zip(panels, loads, strict=True):
            cells = of_muscle[of_muscle["load"] == load].pivot(
                index=["method", "subject"], columns="phase", values="value"
            )
            image = axes.imshow(
                cells.reindex(index=rows, columns=phases),
                cmap=colours,
                vmin=0,
                vmax=top,
                aspect="auto",
                interpolation="none",
                extent=(phases[0], phases[-1], len(rows), 0),
            )
            for edge in range(1, len(rows)):
                axes.axhline(edge, color="white", linewidth=0.3 if edge % len(subjects) else 2)
            axes.set_title(f"{label}, {load_label(load)}")
            axes.tick_params(axis="y", length=0)
            axes.spines[:].set_visible(False)
        _name_rows(panels[0], sources, {"truth": "truth", **METHOD_LABELS}, subjects)
        figure.colorbar(image, ax=panels, label=fill(f"EMG envelope ({value_label})", 28), aspect=30, pad=0.015)
    figure.supxlabel("curl cycle (%)")
    if len(profiles) < len(rows) * len(loads) * len(phases) * len(muscle_labels):
        figure.legend(handles=[Patch(color=NOT_RECORDED, label="not recorded")], loc="outside upper right")
    return figure
