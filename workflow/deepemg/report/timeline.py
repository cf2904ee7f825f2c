"""Several trials on one time axis, each behind the other."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

GAP_S = 0.5
SMALLEST_SPAN = 0.1  # a muscle that stays silent must look silent: no panel zooms in further than this


def end_to_end(trials: pd.DataFrame) -> dict[str, float]:
    """Seconds to add to the times of each trial so that the first starts at 0 and the others follow with a gap.

    `trials` columns: trial, time_s (s).
    """
    span = trials.groupby("trial", sort=False)["time_s"].agg(["min", "max"])
    starts = (span["max"] - span["min"] + GAP_S).cumsum().shift(fill_value=0.0)
    return {str(trial): float(shift) for trial, shift in (starts - span["min"]).items()}


def draw_trials(axes: Axes, trials: pd.DataFrame, column: str, shifts: dict[str, float], **line: Any) -> None:
    """Draw `column` against time, a line per trial. `trials` columns: trial, time_s (s), `column`."""
    for trial, part in trials.groupby("trial", sort=False):
        axes.plot(part["time_s"] + shifts[str(trial)], part[column], **line)


def draw_band(axes: Axes, trials: pd.DataFrame, muscle: str, shifts: dict[str, float], colour: str) -> None:
    """Shade a muscle's 90 % band. `trials` columns: trial, time_s (s), <muscle>_lower and <muscle>_upper."""
    for trial, part in trials.groupby("trial", sort=False):
        time = part["time_s"] + shifts[str(trial)]
        axes.fill_between(time, part[f"{muscle}_lower"], part[f"{muscle}_upper"], color=colour, alpha=0.25, linewidth=0)


def tick_seconds(axes: Axes) -> None:
    """Whole seconds below a time axis that holds a trial or a few."""
    axes.margins(x=0)
    axes.xaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10], integer=True))
