"""Figure 10: how torque, the posterior and the truth see two hidden muscles that pull against each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib import colormaps
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepemg.report.style import (
    DOUBLE_COLUMN_MM,
    METHOD_COLOURS,
    TRUTH_COLOUR,
    in_house_style,
    is_narrow,
    legend_above,
    new_figure,
)

RMSE_NM = (0.5, 1.0, 1.5, 2.0, 3.0, 4.0)
DARKEST = 0.75  # of the colour map: a black cross must be seen on it
COLOURS = colormaps["Blues"](np.linspace(0, DARKEST, len(RMSE_NM) + 1))
CHI_SQUARE_90 = 4.605  # of two degrees of freedom
TICKS = (0.25, 0.5, 1, 2, 4)
FEW_TICKS = (0.25, 1, 4)


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
def plot(landscapes: Sequence[Landscape], flexor: str, extensor: str, *, width_mm: float = DOUBLE_COLUMN_MM) -> Figure:
    """A panel per trial: torque error over the levels of both muscles, the posterior's 90 % ellipse and the truth."""
    columns, height = (3, 30) if is_narrow(width_mm) else (5, 40)
    columns = min(columns, len(landscapes))
    rows = -(-len(landscapes) // columns)
    figure = new_figure(width_mm, 20 + height * rows)
    grid = figure.subplots(rows, columns, sharex=True, sharey=True, squeeze=False)
    for axes, one in zip(grid.ravel(), landscapes, strict=False):
        drawn = _panel(axes, one)
    for place in range(len(landscapes), rows * columns):
        grid.ravel()[place].set_axis_off()
        grid.ravel()[place - columns].tick_params(labelbottom=True)
    figure.colorbar(drawn, ax=grid, label="torque error, rms (N m)", aspect=14 * rows, pad=0.02)
    figure.supxlabel(f"{extensor}, level over the reconstructed one (ratio)")
    figure.supylabel(f"{flexor} (ratio)")
    legend_above(figure, _legend(landscapes))
    return figure


def _panel(axes: Axes, one: Landscape) -> ContourSet:
    flexor, extensor = one.factors
    axes.set(xscale="log", yscale="log", xlim=extensor[[0, -1]], ylim=flexor[[0, -1]])
    drawn = axes.contourf(extensor, flexor, one.rmse_nm, levels=RMSE_NM, colors=COLOURS, extend="both")
    around = np.linspace(0, 2 * np.pi, 100)
    root = np.linalg.cholesky(one.covariance + 1e-9 * np.eye(2))
    ellipse = np.exp(np.sqrt(CHI_SQUARE_90) * root @ np.array([np.cos(around), np.sin(around)]))
    axes.plot(ellipse[1], ellipse[0], color=METHOD_COLOURS["nmm"])
    axes.plot(1, 1, "o", color=METHOD_COLOURS["nmm"], markersize=3)
    if one.truth:
        axes.plot(one.truth[1], one.truth[0], "x", color=TRUTH_COLOUR, markersize=5, clip_on=False)
    for axis, factors, ticks in ((axes.xaxis, extensor, FEW_TICKS), (axes.yaxis, flexor, TICKS)):
        shown = [tick for tick in ticks if factors[0] <= tick <= factors[-1]]
        axis.set_ticks(shown, [f"{tick:g}" for tick in shown])
        axis.set_ticks([], minor=True)
    axes.set_title(one.title)
    return drawn


def _legend(landscapes: Sequence[Landscape]) -> list[Artist]:
    own = METHOD_COLOURS["nmm"]
    entries: list[Artist] = [
        Line2D([], [], color=own, marker="o", markersize=3, linestyle="none", label="reconstructed"),
        Line2D([], [], color=own, label="90 % of the posterior"),
    ]
    if any(one.truth for one in landscapes):
        entries.append(Line2D([], [], color=TRUTH_COLOUR, marker="x", markersize=5, linestyle="none", label="truth"))
    return entries


def numbers(landscapes: Sequence[Landscape]) -> pd.DataFrame:
    """What the panels show: trial, what, flexor and extensor (ratios), and for each of them rmse_nm (N m)."""
    rows = []
    for one in landscapes:
        for place, flexor in enumerate(one.factors[0]):
            rows += [
                {"trial": one.title, "what": "torque error", "flexor": flexor, "extensor": extensor, "rmse_nm": error}
                for extensor, error in zip(one.factors[1], one.rmse_nm[place], strict=True)
            ]
        sd = np.sqrt(np.diag(one.covariance))
        rows.append({"trial": one.title, "what": "posterior sd of the log ratio", "flexor": sd[0], "extensor": sd[1]})
        if one.truth:
            rows.append({"trial": one.title, "what": "truth", "flexor": one.truth[0], "extensor": one.truth[1]})
    return pd.DataFrame(rows)
