"""Figure 4: measured and reconstructed envelopes of all muscles of one subject, by load."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from deepemg.joint.definition import Joint
from deepemg.report.shown import shown
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
)
from deepemg.report.timeline import SMALLEST_SPAN, draw_band, draw_trials, end_to_end, tick_seconds

SAME = 1e-3  # nobody sees less in a line


def _channels(envelopes: pd.DataFrame, muscle: str, joint: Joint) -> list[str]:
    """Columns that record `muscle`, by its own name or as one of a group."""
    return [name for name in envelopes.columns if muscle in joint.members(str(name))]


def is_own(reconstruction: pd.DataFrame, measured: pd.DataFrame, muscle: str, joint: Joint) -> bool:
    """Whether a method gives something else for a muscle than what was measured there, clipped to 0..1.

    `reconstruction` and `measured` as for `plot`; a muscle that nothing measured is the method's own.
    """
    channels = _channels(measured, muscle, joint)
    if not channels:
        return True
    both = reconstruction[["trial", "time_s", muscle]].merge(
        measured[["trial", "time_s", *channels]], on=["trial", "time_s"], suffixes=("", "_measured")
    )
    recorded = both.iloc[:, 3:].clip(0, 1).sub(both[muscle], axis=0).abs()  # several channels may record one muscle
    return bool(np.nanmin(recorded.max().to_numpy()) > SAME) if len(both) else True


@in_house_style
def plot(
    reconstruction: pd.DataFrame,
    measured: pd.DataFrame,
    held_out: pd.DataFrame | None,
    joint: Joint,
    method: str,
    *,
    value_label: str = "fraction of MVC",
    width_mm: float = DOUBLE_COLUMN_MM,
) -> Figure:
    """Envelopes in the test trials: a row per muscle (bold where no electrode fed the fit), a column per load.

    An observed muscle is shown as measured, and as the method's only where the method gives something else.

    `reconstruction` columns: trial, split, load, time_s (s) and, per muscle in `value_label` units, <muscle>,
    <muscle>_lower and <muscle>_upper (90 % band). `measured` and `held_out` columns: trial, time_s (s) and a
    column per muscle or muscle group of the joint. `held_out` is None where nothing was put aside.
    """
    tested = shown(reconstruction)
    loads = order_loads(tested["load"])
    colour, thin = METHOD_COLOURS[method], 0.6 if is_narrow(width_mm) else 0.8
    figure = new_figure(width_mm, 24 + (16 if is_narrow(width_mm) else 20) * len(joint.muscles))
    grid = figure.subplots(len(joint.muscles), len(loads), sharex="col", sharey="row", squeeze=False)
    recorded = [(measured, "-")] if held_out is None else [(measured, "-"), (held_out, (0, (3, 1.5)))]

    own = [muscle for muscle in joint.muscle_names if is_own(tested, measured, muscle, joint)]

    for column, load in zip(grid.T, loads, strict=True):
        trials = tested[tested["load"] == load]
        shifts = end_to_end(trials)
        for axes, muscle in zip(column, joint.muscle_names, strict=True):
            if muscle in own:
                draw_band(axes, trials, muscle, shifts, colour)
                draw_trials(axes, trials, muscle, shifts, color=colour)
            for envelopes, dashes in recorded:
                same_trials = envelopes[envelopes["trial"].isin(trials["trial"])]
                for channel in _channels(envelopes, muscle, joint):
                    draw_trials(
                        axes, same_trials, channel, shifts, color=TRUTH_COLOUR, linewidth=thin, linestyle=dashes
                    )
            tick_seconds(axes)
        column[0].set_title(load_label(load))

    for axes, muscle in zip(grid[:, 0], joint.muscle_names, strict=True):
        weight = "normal" if _channels(measured, muscle, joint) else "bold"
        label = joint.muscle(muscle).label.replace(" ", "\n", 1)
        axes.set_ylabel(label, fontweight=weight, rotation=0, ha="right", va="center")
        axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
        axes.set_ylim(0, max(axes.get_ylim()[1], SMALLEST_SPAN))
    figure.align_ylabels(grid[:, 0])
    figure.supylabel(f"EMG envelope ({value_label})")
    figure.supxlabel("time (s)")
    handles: list[Line2D | Patch] = [Line2D([], [], color=TRUTH_COLOUR, linewidth=thin, label="measured")]
    if held_out is not None:
        handles.append(
            Line2D([], [], color=TRUTH_COLOUR, linewidth=thin, linestyle=(0, (3, 1.5)), label="truth, held out")
        )
    handles.append(Line2D([], [], color=colour, label=METHOD_LABELS[method]))
    handles.append(Patch(color=colour, alpha=0.25, linewidth=0, label="90 % band"))
    legend_above(figure, handles)
    return figure


def numbers(reconstruction: pd.DataFrame, measured: pd.DataFrame, held_out: pd.DataFrame | None) -> pd.DataFrame:
    """What `plot` shows of the same tables: a row per trial and time; <channel>_measured and <channel>_held_out."""
    table = shown(reconstruction)
    for recorded, ending in ((measured, "_measured"), (held_out, "_held_out")):
        if recorded is not None:
            named = recorded.rename(columns={name: f"{name}{ending}" for name in recorded.columns[2:]})
            table = table.merge(named, on=["trial", "time_s"], how="left")
    return table
