"""Mean course of a signal over the curl cycle, from one lowest angle to the next."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd


def cycle_bounds(
    time_s: np.ndarray, angle_deg: np.ndarray, *, shortest_s: float, prominence_deg: float
) -> list[tuple[float, float]]:
    """Start and end (s) of each cycle. Both ends of the trial count as lowest angles where the arm rests there."""
    from scipy.signal import find_peaks

    rate = (len(time_s) - 1) / (time_s[-1] - time_s[0])
    padded = np.concatenate([[angle_deg.max()], angle_deg, [angle_deg.max()]])
    lows, _ = find_peaks(-padded, distance=max(1, round(shortest_s * rate)), prominence=prominence_deg)
    turns = time_s[np.clip(lows - 1, 0, len(time_s) - 1)]
    return list(zip(turns[:-1].tolist(), turns[1:].tolist(), strict=True))


def mean_cycles(
    table: pd.DataFrame, kinematics: pd.DataFrame, muscles: list[str], settings: Mapping[str, float]
) -> pd.DataFrame:
    """Mean cycle of each muscle over all trials of each load: load, muscle, phase (0..100 %), value.

    `table`: trial, time_s, muscles; `kinematics`: trial, load, time_s, angle_rad. Only trials of `table` count.
    """
    phases = np.linspace(0, 100, int(settings["points"]))
    rows = []
    for trial, motion in kinematics.groupby("trial", sort=False):
        signals = table[table["trial"] == trial]
        if signals.empty:
            continue
        bounds = cycle_bounds(
            motion["time_s"].to_numpy(),
            np.rad2deg(motion["angle_rad"].to_numpy()),
            shortest_s=settings["shortest_s"],
            prominence_deg=settings["prominence_deg"],
        )
        for start, end in bounds:
            at = start + phases / 100 * (end - start)
            for muscle in muscles:
                values = np.interp(at, signals["time_s"], signals[muscle])
                rows.append(
                    pd.DataFrame({"load": motion["load"].iloc[0], "muscle": muscle, "phase": phases, "value": values})
                )
    if not rows:
        return pd.DataFrame(columns=["load", "muscle", "phase", "value"])
    return pd.concat(rows).groupby(["load", "muscle", "phase"], sort=False)["value"].mean().reset_index()
