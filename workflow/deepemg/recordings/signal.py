"""One signal of a trial, and which part of a file is the trial."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.recordings.problems import Problem

EDGE = 1e-6  # of a sampling interval: a sample at the very edge of a part belongs to it


@dataclass(frozen=True)
class Part:
    """The part of a recording that is the trial (s, on the file's clock); None = from the first, to the last sample.

    Nothing outside it is read: a training part shares a file with a test part without seeing it.
    """

    start_s: float | None = None
    end_s: float | None = None

    def samples(self, *, first_s: float, rate_hz: float, count: int) -> slice:
        """Places of the samples inside the part, in a signal of `count` samples that starts at `first_s`."""
        begin = 0 if self.start_s is None else int(np.ceil((self.start_s - first_s) * rate_hz - EDGE))
        end = count if self.end_s is None else int(np.floor((self.end_s - first_s) * rate_hz + EDGE)) + 1
        begin = min(max(begin, 0), count)
        return slice(begin, min(max(end, begin), count))


WHOLE = Part()


@dataclass(frozen=True)
class Signal:
    """Evenly sampled values. `unit` is what the file itself says, or None where it says nothing.

    `notes` are what should be told of how it was read, though nothing is wrong.
    """

    values: np.ndarray
    rate_hz: float
    start_s: float = 0.0
    unit: str | None = None
    notes: tuple[Problem, ...] = ()

    @property
    def time_s(self) -> np.ndarray:
        return self.start_s + np.arange(len(self.values)) / self.rate_hz

    @property
    def end_s(self) -> float:
        """End of the last sample's interval."""
        return self.start_s + self.duration_s

    @property
    def duration_s(self) -> float:
        return len(self.values) / self.rate_hz
