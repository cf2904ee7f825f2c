"""What a reader finds in a signal file, whatever its format: columns, and what the file says of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepemg.recordings.problems import Problem


@dataclass(frozen=True, eq=False)
class Column:
    """One signal of a file; None stands for what the file does not say.

    `cells` are its samples: text where the file is text, which becomes numbers only where it is used, so that a bad
    cell outside a trial harms nobody. `unit` is as the file spells it. `rate_hz` and `start_s` (s, of the first sample)
    are what a header says; a column of times, where there is one, is a column like any other. `source` is the sensor
    or device that the file names beside the signal.
    """

    name: str
    cells: Sequence[str] | np.ndarray
    unit: str | None = None
    rate_hz: float | None = None
    start_s: float = 0.0
    source: str | None = None


@dataclass(frozen=True, eq=False)
class Contents:
    """The columns of a file in its order, and what should be told of it though nothing is wrong.

    `first_row` is the row of the file (counted from 1) of the first sample; 1 where a format has no rows.
    """

    path: Path
    columns: tuple[Column, ...]
    first_row: int = 1
    notes: tuple[Problem, ...] = ()


def filled(cells: Sequence[str] | np.ndarray) -> Sequence[str] | np.ndarray:
    """Cells without the empty ones at their end: the columns of a file may be of different lengths."""
    if isinstance(cells, np.ndarray):
        good = np.flatnonzero(~np.isnan(cells)) if cells.dtype.kind == "f" else np.arange(len(cells))
        return cells[: good[-1] + 1] if len(good) else cells[:0]
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return cells[:end]
