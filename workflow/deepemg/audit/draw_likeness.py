"""Simulated beside recorded biceps EMG: spectrum, envelope, amplitude distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from deepemg.audit.likeness import Likeness
from deepemg.report.style import DOUBLE_COLUMN_MM, in_house_style, new_figure

COLOURS = ("#0072B2", "#D55E00")  # Okabe-Ito, in the order of the groups
BINS = np.linspace(-6, 6, 81)
SHOWN_S = 15.0  # of a trial's envelope


@in_house_style
def plot(groups: Mapping[str, Sequence[Likeness]]) -> Figure:
    """Three panels, a colour per group (simulated, recorded): thin lines are its trials, the thick one their median."""
    figure = new_figure(DOUBLE_COLUMN_MM, 62)
    spectrum, envelope, amplitude = figure.subplots(1, 3)
    for colour, trials in zip(COLOURS, groups.values(), strict=True):
        _draw_lines(spectrum, [trial.spectrum for trial in trials], colour)
        first = trials[0].envelope
        first = first[first.index - first.index[0] < SHOWN_S]
        envelope.plot(first.index - first.index[0], first, color=colour)
        densities = [np.histogram(trial.amplitude, bins=BINS, density=True)[0] for trial in trials]
        _draw_lines(amplitude, [pd.Series(density, index=(BINS[1:] + BINS[:-1]) / 2) for density in densities], colour)
    spectrum.set(xlabel="frequency (Hz)", ylabel="share of the power (1/Hz)", xlim=(0, 300))
    envelope.set(xlabel="time (s)", ylabel="envelope over its maximum (1)", ylim=(0, 1.05))
    amplitude.set(xlabel="sample over envelope (1)", ylabel="probability density (1)")
    handles = [Line2D([], [], color=colour) for colour in COLOURS]
    figure.legend(handles, list(groups), loc="outside upper center", ncols=len(groups))
    return figure


def _draw_lines(axes: Axes, lines: Sequence[pd.Series], colour: str) -> None:
    for line in lines:
        axes.plot(line.index, line, color=colour, linewidth=0.4, alpha=0.3)
    axes.plot(lines[0].index, np.median(np.array(lines), axis=0), color=colour, linewidth=1.6)
