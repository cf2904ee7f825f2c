"""Figure 10: how torque, the posterior and the truth see two hidden muscles that pull against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deepemg.report.style import DOUBLE_COLUMN_MM, METHOD_COLOURS, TRUTH_COLOUR, in_house_style, new_figure

COLUMNS = 5
RMSE_NM = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
PALEST = 0.8  # of the colour map: its yellow is lost on white
CHI_SQUARE_90 = 4.605  # of two degrees of freedom
TICKS = (0.25, 0.5, 1, 2, 4)


@dataclass(frozen=True)
class Landscape:
    """One trial. factors (n,) and (m,) of the flexor's and the extensor's reconstructed envelopes, rmse_nm (n, m) of
    torque there, covariance (2, 2) of the two mean log envelopes, and their true factors (None without truth)."""

    title: str
    factors: tuple[np.ndarray, np.ndarray]
    rmse_nm: np.ndarray
    covariance: np.ndarray
    truth: tuple[float, ...] | None


@in_house_style
def plot(landscapes: Sequence[Landscape], flexor: str, extensor: str) -> Figure:
    """A panel per trial: torque error over the levels of both muscles, the posterior's 90 % ellipse and the truth."""
    columns = min(COLUMNS, len(landscapes))
    rows = -(-len(landscapes) // columns)
    figure = new_figure(DOUBLE_COLUMN_MM, 16 + 42 * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, one in zip(grid, landscapes, strict=False):
        _panel(axes, one)
    for axes in grid[len(landscapes) :]:
        axes.set_axis_off()
    figure.supxlabel(f"{extensor}: mean envelope over the reconstructed one (ratio)")
    figure.supylabel(f"{flexor} (ratio)")
    figure.legend(handles=_legend(landscapes), loc="outside upper center", ncols=4)
    return figure


def _panel(axes: Axes, one: Landscape) -> None:
    flexor, extensor = one.factors
    axes.set(xscale="log", yscale="log", xlim=extensor[[0, -1]], ylim=flexor[[0, -1]])  # labels of contours need them
    colours = colormaps["viridis"](np.linspace(0, PALEST, len(RMSE_NM)))
    drawn = axes.contour(extensor, flexor, one.rmse_nm, levels=RMSE_NM, colors=colours, linewidths=0.8)
    axes.clabel(drawn, fmt="%g", fontsize=7)
    around = np.linspace(0, 2 * np.pi, 200)
    root = np.linalg.cholesky(one.covariance + 1e-9 * np.eye(2))
    ellipse = np.exp(np.sqrt(CHI_SQUARE_90) * root @ np.array([np.cos(around), np.sin(around)]))
    axes.fill(ellipse[1], ellipse[0], color=METHOD_COLOURS["nmm"], alpha=0.25, linewidth=0)
    axes.plot(1, 1, "o", color=METHOD_COLOURS["nmm"], markersize=3)
    if one.truth:
        axes.plot(one.truth[1], one.truth[0], "x", color=TRUTH_COLOUR, markersize=5, clip_on=False)
    for axis, factors in ((axes.xaxis, extensor), (axes.yaxis, flexor)):
        shown = [tick for tick in TICKS if factors[0] <= tick <= factors[-1]]
        axis.set_ticks(shown, [f"{tick:g}" for tick in shown])
        axis.set_ticks([], minor=True)
    axes.set_title(one.title)


def _legend(landscapes: Sequence[Landscape]) -> list[Artist]:
    own = METHOD_COLOURS["nmm"]
    entries: list[Artist] = [
        Line2D([], [], color="#21918C", label="torque error, root mean square (N m)"),
        Line2D([], [], color=own, marker="o", markersize=3, linestyle="none", label="reconstructed"),
        Patch(color=own, alpha=0.25, linewidth=0, label="90 % of the posterior"),
    ]
    if any(one.truth for one in landscapes):
        entries.append(Line2D([], [], color=TRUTH_COLOUR, marker="x", markersize=5, linestyle="none", label="truth"))
    return entries
