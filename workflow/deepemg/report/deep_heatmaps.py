"""Figure 5: the deep muscles over the curl cycle, every subject and load, method beside truth."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator

from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    METHOD_LABELS,
    in_house_style,
    is_narrow,
    legend_above,
    load_label,
    new_figure,
    order_loads,
    order_methods,
)

NOT_RECORDED = "#D0D0D0"
ABOVE = "#E31A1C"  # none of the colours of `viridis` is like it, to somebody who does not see red and green either
SETS_SCALE = ("truth", "nmm")
ROW_MM = 3.1  # a subject's row, at least
BLOCK_MM = 17.5  # a method's block of rows, at least: its name stands upright beside it
CHARACTER_PT = 4.5  # width of a character of a subject's name


def _name_rows(axes: Axes, sources: list[str], subjects: list[str]) -> None:
    """Write the subjects beside their rows and the method beside its block of rows."""
    axes.set_yticks(np.arange(len(sources) * len(subjects)) + 0.5, subjects * len(sources))
    beside = 9 + CHARACTER_PT * max(map(len, subjects))
    for block, source in enumerate(sources):
        middle = (block + 0.5) * len(subjects)
        axes.annotate(
            METHOD_LABELS.get(source, source),
            xy=(0, middle),
            xycoords=axes.get_yaxis_transform(),
            xytext=(-beside, 0),
            textcoords="offset points",
            rotation=90,
            ha="right",
            va="center",
        )


def scale_top(profiles: pd.DataFrame) -> float:
    """Upper end of the colours of one muscle: the largest of truth and ours, so that no outlier darkens them.

    Where neither is there, the largest of all.
    """
    setting = profiles[profiles["method"].isin(SETS_SCALE)]
    return float((setting if len(setting) else profiles)["value"].max())


@in_house_style
def plot(
    profiles: pd.DataFrame,
    muscle_labels: Mapping[str, str],
    *,
    value_label: str = "fraction of MVC",
    width_mm: float = DOUBLE_COLUMN_MM,
) -> Figure:
    """Mean envelope over the curl cycle: a row of panels per muscle, a column per load, one colour scale per muscle.

    `profiles` columns: subject, load, method ("truth" or a method), muscle, phase (% of the curl cycle, the same
    evenly spaced phases everywhere), value (`value_label`). `muscle_labels` maps the muscles shown, in order, to their
    names. Cells that were not recorded stay grey, values above the scale (`scale_top`) have a colour of their own.
    No profile at all (no curl was found) gives a line that says so.
    """
    if profiles.empty:
        figure = new_figure(width_mm, BLOCK_MM)
        figure.text(0.5, 0.5, "no curl in any test trial", ha="center", va="center")
        return figure
    methods = order_methods(name for name in profiles["method"] if name != "truth")
    sources = (["truth"] if (profiles["method"] == "truth").any() else []) + methods
    subjects, loads = sorted(profiles["subject"].unique()), order_loads(profiles["load"])
    phases = np.sort(profiles["phase"].unique())
    rows = pd.MultiIndex.from_product([sources, subjects])
    colours = colormaps["viridis"].with_extremes(bad=NOT_RECORDED, over=ABOVE)

    panel_mm = 12 + len(sources) * max(BLOCK_MM, ROW_MM * len(subjects))
    figure = new_figure(width_mm, 14 + len(muscle_labels) * panel_mm)
    grid = figure.subplots(len(muscle_labels), len(loads), sharex=True, sharey=True, squeeze=False)
    above = False
    for panels, (muscle, label) in zip(grid, muscle_labels.items(), strict=True):
        of_muscle = profiles[profiles["muscle"] == muscle]
        top, highest = scale_top(of_muscle), of_muscle["value"].max()
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
            axes.set_title(load_label(load), loc="left")
            axes.tick_params(axis="y", length=0)
            axes.spines[:].set_visible(False)
            axes.xaxis.set_major_locator(MultipleLocator(50 if is_narrow(width_mm) else 25))
        name = label.replace(" ", "\n", 1) if is_narrow(width_mm) else label
        panels[0].set_title(f"{name}\n{load_label(loads[0])}", loc="left")
        _name_rows(panels[0], sources, subjects)
        bar = figure.colorbar(
            image, ax=panels, extend="max" if highest > top else "neither", aspect=30, pad=0.015, extendfrac=0.04
        )
        bar.set_label("EMG envelope\n" + f"({value_label})".replace(" or ", " or\n"))
        above |= highest > top
    figure.supxlabel("curl cycle (%)")
    notes = [Patch(color=ABOVE, label="above the scale, which ends at the largest of truth and ours")] if above else []
    if len(profiles) < len(rows) * len(loads) * len(phases) * len(muscle_labels):
        notes.append(Patch(color=NOT_RECORDED, label="not recorded"))
    if notes:
        legend_above(figure, notes)
    return figure
