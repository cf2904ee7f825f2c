"""Excitations of flexors and extensors in one trial per load, a row of panels per tier and task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepemg.audit.truth_files import read_excitation
from deepemg.report.style import DOUBLE_COLUMN_MM, in_house_style, new_figure

# Okabe-Ito: flexors warm, extensors cold, hidden muscles thick.
LINES = {
    "BIClong": ("biceps long head", "#E69F00", 0.9),
    "BRA": ("brachialis (hidden)", "#D55E00", 1.6),
    "TRIlat": ("triceps lateral head", "#56B4E9", 0.9),
    "TRImed": ("triceps medial head (hidden)", "#0072B2", 1.6),
}


@in_house_style
def plot(rows: Mapping[str, tuple[Path, str]], loads: Sequence[float]) -> Figure:
    """Excitation (1 = full activation) over time, a column per load (kg).

    `rows` holds, by title, a subject's folder and the pattern of its trials' names with {load}.
    """
    figure = new_figure(DOUBLE_COLUMN_MM, 18 + 30 * len(rows))
    grid = figure.subplots(len(rows), len(loads), sharey=True, squeeze=False)
    for panels, (title, (subject, pattern)) in zip(grid, rows.items(), strict=True):
        for axes, load in zip(panels, loads, strict=True):
            excitation = read_excitation(subject, pattern.format(load=f"{load:g}"))
            for muscle, (_, colour, width) in LINES.items():
                axes.plot(excitation["time"], excitation[muscle], color=colour, linewidth=width)
            axes.set_title(f"{title}, {load:g} kg", loc="left")
            axes.set_ylim(0, 1)
            axes.margins(x=0)
    for axes in grid[-1]:
        axes.set_xlabel("time (s)")
    for axes in grid[:, 0]:
        axes.set_ylabel("excitation (1)")
    handles = [Line2D([], [], color=colour, linewidth=width) for _, colour, width in LINES.values()]
    figure.legend(handles, [label for label, _, _ in LINES.values()], loc="outside upper center", ncols=len(LINES))
    return figure
