"""Numbers out of text cells, and a sampling rate out of a time column; a fault names its row."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.recordings.problems import Problem, RecordingError

RATE_TOLERANCE = 0.005  # a device clock may differ from its nominal rate by this share
JITTER_TOLERANCE = 0.5  # a sample may be off its place by this share of a sampling interval
SLOWEST_HZ = 15  # a slower signal cannot hold an elbow's movement: the time column is not in seconds


def numeric_values(cells: pd.Series, path: Path, column: str, *, first_row: int) -> np.ndarray:
    """Cells as finite floats. Raises RecordingError naming the first cell that is not one."""
    values = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float)
    bad = np.flatnonzero(~np.isfinite(values))
    if len(values) == 0 or len(bad):
        row, found = (bad[0] + first_row, repr(cells.iloc[bad[0]])) if len(bad) else (first_row, "no samples")
        problem = Problem(
            "DE-052",
            f"{path}, row {row}, column {column}",
            f"{found}" + (f" and {len(bad) - 1} more such cells" if len(bad) > 1 else ""),
            "a finite number in each cell",
            "repair the gap, or let start_s and end_s in trials.csv keep to the good part",
        )
        raise RecordingError([problem])
    return values


def check_rate(rate: float, place: str, *, declared_hz: float | None, fix: str) -> None:
    """Raise RecordingError where a file's rate (Hz) is not the declared one, or none is declared and it is too slow."""
    wrong = rate < SLOWEST_HZ if declared_hz is None else not abs(rate - declared_hz) <= RATE_TOLERANCE * declared_hz
    if wrong:
        expected = f"{SLOWEST_HZ} Hz or more" if declared_hz is None else f"{declared_hz:g} Hz as declared"
        raise RecordingError([Problem("DE-054", place, f"{rate:.6g} Hz", expected, fix)])


def rate_from_time(time: np.ndarray, path: Path, *, declared_hz: float | None, first_row: int) -> float:
    """Sampling rate (Hz) of an evenly rising time column (s).

    Raises RecordingError where a step is missing, doubled or backwards, or the rate is not the declared one.
    """
    if len(time) < 2:
        problem = Problem("DE-053", str(path), f"{len(time)} samples", "two or more", "export the file again")
        raise RecordingError([problem])
    rate = (len(time) - 1) / (time[-1] - time[0]) if time[-1] > time[0] else np.nan
    fix = "correct rate_hz, or the unit of the time column (s)"
    check_rate(rate, f"{path}, column time", declared_hz=declared_hz, fix=fix)
    even = time[0] + np.arange(len(time)) / rate
    off = np.flatnonzero(np.abs(time - even) > JITTER_TOLERANCE / rate)
    if np.isnan(rate) or len(off):
        row = first_row + (off[0] if len(off) else 1)
        problem = Problem(
            "DE-055",
            f"{path}, row {row}, column time",
            "a missing, doubled or backward time step",
            "evenly spaced, increasing time",
            "export the file again without gaps",
        )
        raise RecordingError([problem])
    return float(declared_hz or rate)
