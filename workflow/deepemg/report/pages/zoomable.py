"""The numbers of the plot that a reader can zoom into: envelopes of the shown trials, one behind the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from deepemg.joint.definition import Joint
from deepemg.report.style import load_label
from deepemg.report.timeline import end_to_end

RATE_HZ = 25.0  # samples per second of the plot: a 6 Hz envelope is still whole
DECIMALS = 3


def zoomable(
    reconstruction: pd.DataFrame, measured: pd.DataFrame, held_out: pd.DataFrame | None, joint: Joint
) -> dict[str, Any]:
    """time_s, trials (name, load, start and end in s) and, per muscle, what was measured, held out and reconstructed.

    `reconstruction` (trial, load, time_s, muscles with bands), `measured` and `held_out` (trial, time_s, channels) are
    of the trials shown. An empty sample (None) parts two trials. A muscle that was measured has no reconstruction here:
    it is shown as measured.
    """
    parts, trials = [], []
    shifts = end_to_end(reconstruction)
    for name, rows in reconstruction.groupby("trial", sort=False):
        time = rows["time_s"].to_numpy()
        step = max(1, round(1 / RATE_HZ / np.median(np.diff(time)))) if len(time) > 1 else 1
        own = rows.iloc[::step]
        start = float(own["time_s"].iloc[0] + shifts[str(name)])
        end = float(own["time_s"].iloc[-1] + shifts[str(name)])
        trials.append({"name": str(name), "load": load_label(str(rows["load"].iloc[0])), "start": start, "end": end})
        parts.append(own.assign(at=own["time_s"] + shifts[str(name)]))
        parts.append(pd.DataFrame({"at": [end + 0.2]}))
    table = pd.concat(parts, ignore_index=True)
    muscles = [_muscle(muscle, table, measured, held_out, joint) for muscle in joint.muscle_names]
    hidden_first = sorted(muscles, key=lambda one: not one["hidden"])
    return {"time_s": _rounded(table["at"]), "trials": trials, "muscles": hidden_first}


def _muscle(
    muscle: str, table: pd.DataFrame, measured: pd.DataFrame, held_out: pd.DataFrame | None, joint: Joint
) -> dict[str, Any]:
    recorded = [_beside(table, measured, name) for name in _channels(measured, muscle, joint)]
    hidden = not recorded
    truths = [] if held_out is None else [_beside(table, held_out, n) for n in _channels(held_out, muscle, joint)]
    ends = {"mean": muscle, "lower": f"{muscle}_lower", "upper": f"{muscle}_upper"}
    return {
        "label": joint.muscle(muscle).label,
        "hidden": hidden,
        "measured": recorded[0] if recorded else None,
        "truth": truths[0] if truths else None,
        **{end: _rounded(table[column]) if hidden else None for end, column in ends.items()},
    }


def _channels(envelopes: pd.DataFrame, muscle: str, joint: Joint) -> list[str]:
    return [str(name) for name in envelopes.columns if muscle in joint.members(str(name))]


def _beside(table: pd.DataFrame, envelopes: pd.DataFrame, channel: str) -> list[float | None]:
    """A channel at the times of the table."""
    own = envelopes.set_index(["trial", "time_s"])[channel]
    return _rounded(own.reindex(pd.MultiIndex.from_frame(table[["trial", "time_s"]])))


def _rounded(values: pd.Series | Sequence[float]) -> list[float | None]:
    return [None if np.isnan(value) else round(float(value), DECIMALS) for value in values]
