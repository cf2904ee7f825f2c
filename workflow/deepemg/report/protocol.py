"""Figure 2: the set-up, and what was recorded: trials of every subject by role, load and split."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from matplotlib import rcParams
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from deepemg.joint.definition import Joint
from deepemg.recordings.subject import SubjectFolder
from deepemg.report import arm_sketch
from deepemg.report.style import DOUBLE_COLUMN_MM, in_house_style, is_narrow, legend_above, new_figure

PAUSE_S = 1.0  # drawn between trials
LOOKS = {  # pale and dark of two hues: told apart without red and green, and in grey
    "training": ("#9ECAE1", "#000000"),
    "test": ("#08519C", "#FFFFFF"),
    "MVC": ("#FDAE6B", "#000000"),
    "hold": ("#A63603", "#FFFFFF"),
    "rest": ("#D9D9D9", "#000000"),
}
CHARACTER_PT = 0.65  # of the size of the type


def numbers(subjects: Sequence[SubjectFolder], durations: Sequence[Mapping[str, float]]) -> pd.DataFrame:
    """Trials in the order of trials.csv: subject, trial, kind, load, load_unit, duration_s.

    `durations` (s) of each subject by trial. Kind is training or test for movements; others have no load.
    """
    rows = []
    for subject, lasting in zip(subjects, durations, strict=True):
        for trial in subject.trials:
            moves = trial.role == "movement"
            kind = ("test" if trial.split == "test" else "training") if moves else trial.role.replace("mvc", "MVC")
            load, unit = (trial.load, trial.unit_of_load) if moves else (None, None)
            rows.append((subject.id, trial.trial, kind, load, unit, lasting.get(trial.trial)))
    return pd.DataFrame(rows, columns=["subject", "trial", "kind", "load", "load_unit", "duration_s"])


@in_house_style
def plot(
    trials: pd.DataFrame, joint: Joint, muscles: Mapping[str, str], *, width_mm: float = DOUBLE_COLUMN_MM
) -> Figure:
    """The arm beside (in a column: above) a line of time for each subject, a bar for each trial.

    `trials` as `numbers` gives them; those whose duration is not known are not drawn. `muscles` says of each
    muscle of the joint whether it is observed or hidden.
    """
    narrow, subjects = is_narrow(width_mm), list(trials["subject"].unique())
    trials = trials.dropna(subset="duration_s")
    rows_mm = 5.5 * len(subjects)
    figure = new_figure(width_mm, 100 + rows_mm if narrow else max(84, 30 + rows_mm))
    ratios = {"height_ratios": [78, 14 + rows_mm]} if narrow else {"width_ratios": [4, 5]}
    sketch, timeline = figure.subplots(*((2, 1) if narrow else (1, 2)), **ratios)
    arm_sketch.draw(sketch, joint, muscles)
    sketch.set_title("set-up", loc="left")
    for row, subject in enumerate(subjects):
        _draw_trials(timeline, trials[trials["subject"] == subject], row)
    timeline.set_yticks(range(len(subjects)), subjects)
    timeline.set_ylim(len(subjects) - 0.5, -0.5)
    timeline.tick_params(axis="y", length=0)
    timeline.margins(x=0.01)
    timeline.set_xlabel("time recorded, trials in order (s)")
    units = ", ".join(sorted(trials["load_unit"].dropna().unique()))
    timeline.set_title(f"protocol; numbers are loads ({units})", loc="left")
    _write_loads(figure, timeline)
    entries: list[Line2D | Patch] = [
        Line2D(
            [], [], **arm_sketch.OBSERVED, marker="s", markersize=3.5, markerfacecolor="k", label="muscle, electrode"
        ),
        Line2D([], [], **arm_sketch.HIDDEN, label="hidden muscle"),
    ]
    shown = [kind for kind in LOOKS if (trials["kind"] == kind).any()]
    legend_above(figure, [*entries, *(Patch(color=LOOKS[kind][0], label=kind) for kind in shown)])
    return figure


def _draw_trials(axes: Axes, trials: pd.DataFrame, row: int) -> None:
    """Bars of one subject, behind each other; a movement's bar carries its load as its label."""
    start = 0.0
    for kind, load, lasts in zip(trials["kind"], trials["load"], trials["duration_s"], strict=True):
        bar = axes.barh(row, lasts, left=start, height=0.7, color=LOOKS[kind][0], linewidth=0)
        bar.set_label(f"{load:g} {kind}" if pd.notna(load) else "_")
        start += lasts + PAUSE_S


def _write_loads(figure: Figure, axes: Axes) -> None:
    """The load in each bar that is wide enough for it."""
    figure.draw_without_rendering()  # before that nobody knows how wide a bar is
    for bars in axes.containers:
        if str(bars.get_label()).startswith("_"):
            continue
        load, kind = str(bars.get_label()).split()
        (bar,) = bars.patches  # type: ignore[attr-defined]
        room = bar.get_window_extent().width * 72 / figure.dpi
        if room > CHARACTER_PT * rcParams["font.size"] * len(load):
            middle = bar.get_x() + bar.get_width() / 2, bar.get_y() + bar.get_height() / 2
            axes.text(*middle, load, ha="center", va="center_baseline", color=LOOKS[kind][1])
