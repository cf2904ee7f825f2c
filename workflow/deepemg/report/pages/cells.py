"""How a value and a heading of a result table are written on a page: digits that mean something, words and units."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

DIGITS = {
    "rmse": 3, "nrmse": 2, "r2": 2, "r": 2, "lag_ms": 0, "coverage90": 2, "crps": 3, "rmse_nm": 2,
    "level": 2, "peak": 2, "slope": 2,
    "rms_uv": 1, "median_frequency_hz": 0, "power_in_band": 2, "min_deg": 0, "max_deg": 0, "speed_deg_s": 0,
    "outside_joint": 2, "mass_kg": 1, "height_m": 2,
}  # fmt: skip
HEADINGS = {
    "r2": "R²", "rmse": "RMSE", "nrmse": "RMSE over range", "rmse_nm": "RMSE (N m)", "lag_ms": "lag (ms)",
    "coverage90": "band covers", "crps": "CRPS", "trial_load": "load of the trial", "load": "load of the fit",
    "mass_kg": "mass (kg)", "height_m": "height (m)", "upper_arm_m": "upper arm (m)", "forearm_m": "forearm (m)",
    "hand_m": "hand (m)", "thigh_m": "thigh (m)", "shank_m": "shank (m)", "emg_level": "1 is", "reference": "1 is",
    "rms_uv": "rms (uV)", "median_frequency_hz": "median frequency (Hz)", "arm": "joint", "sd": "posterior sd",
    "power_in_band": "power in band", "min_deg": "from (deg)", "max_deg": "to (deg)", "speed_deg_s": "speed (deg/s)",
    "outside_joint": "outside the joint's range", "rate_hz": "rate (Hz)", "n_trials": "movements",
    "n_mvc": "MVC trials",
}  # fmt: skip
MISSING = "–"  # noqa: RUF001 (a dash, as in print)
NOTHING = 1e-9  # what rounding leaves where a number is zero


def heading(column: str) -> str:
    """A column's name as a reader knows it, with its unit."""
    return HEADINGS.get(column, column.replace("_", " "))


def cell(value: Any, column: str = "") -> str:
    """A table cell: digits as the column has them, else three that count; a dash where nothing is known."""
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (list, tuple)):
        return ", ".join(map(str, value)) or MISSING
    if value is None or value == "" or pd.isna(value):
        return MISSING
    if not isinstance(value, (float, np.floating)):
        return str(value)
    number = 0.0 if abs(float(value)) < NOTHING else float(value)
    if column in DIGITS:
        return f"{number:.{DIGITS[column]}f}"
    return f"{number:.0f}" if abs(number) >= 1000 else f"{number:.3g}"


def known(table: pd.DataFrame) -> pd.DataFrame:
    """The table without columns in which nothing is known."""
    empty = [name for name in table if all(cell(value) == MISSING for value in table[name])]
    return table.drop(columns=empty)
