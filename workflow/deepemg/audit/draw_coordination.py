"""Excitations of flexors and extensors in one trial per load, a row of panels per tier and task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepemg.audit.truth_files import read_excitation
from deepemg.joint.definition import Joint
from deepemg.report.style import DOUBLE_COLUMN_MM, in_house_style, new_figure

# Okabe-Ito: flexors warm, extensors cold; of each pair the muscle at the surface, and the hidden one beneath it.
COLOURS = {"flexor": ("#E69F00", "#D55E00"), "extensor": ("#56B4E9", "#0072B2")}


def lines(joint: Joint) -> dict[str, tuple[str, str, float]]:
    """Label, colour and width by muscle: each deep one, after the nearest that lies over it."""
    found = {}
    for deep in (muscle for muscle in joint.muscles if muscle.deep):
        over, (pale, strong) = joint.muscle(deep.beneath[0]), COLOURS[deep.action]
        found[over.name] = over.label, pale, 0.9
        found[deep.name] = f"{deep.label} (hidden)", strong, 1.6
    return found


@in_house_style
def plot(rows: Mapping[str, tuple[Path, str]], loads: Sequence[float], joint: Joint) -> Figure:
    """Excitation (1 = full activation) over time, a column per load (kg).

    `rows` holds, by title, a subject's folder and the pattern of its trials' names with {load}.
    """
    drawn = lines(joint)
    figure = new_figure(DOUBLE_COLUMN_MM, 18 + 30 * len(rows))
    grid = figure.subplots(len(rows), len(loads), sharey=True, squeeze=False)
    for panels, (title, (subject, pattern)) in zip(grid, rows.items(), strict=True):
        for axes, load in zip(panels, loads, strict=True):
            excitation = read_excitation(subject, pattern.format(load=f"{load:g}"))
            for muscle, (_, colour, width) in drawn.items():
                axes.plot(excitation["time"], excitation[muscle], color=colour, linewidth=width)
            axes.set_title(f"{title}, {load:g} kg", loc="left")
            axes.set_ylim(0, 1)
            axes.margins(x=0)
    for axes in grid[-1]:
        axes.set_xlabel("time (s)")
    for axes in grid[:, 0]:
        axes.set_ylabel("excitation (1)")
    handles = [Line2D([], [], color=colour, linewidth=width) for _, colour, width in drawn.values()]
    figure.legend(handles, [label for label, _, _ in drawn.values()], loc="outside upper center", ncols=len(drawn))
    return figure
