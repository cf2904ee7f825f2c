"""One signal as a file holds it, and what the file's header says about it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Header:
    """What can be known of a signal file without reading its samples; `unit` is None where it does not say."""

    columns: tuple[str, ...]
    unit: str | None = None


@dataclass(frozen=True)
class Signal:
    """Evenly sampled values. `unit` is what the file itself says, or None where it says nothing."""

    values: np.ndarray
    rate_hz: float
    start_s: float = 0.0
    unit: str | None = None

    @property
    def time_s(self) -> np.ndarray:
        return self.start_s + np.arange(len(self.values)) / self.rate_hz

    @property
    def duration_s(self) -> float:
        return len(self.values) / self.rate_hz
