"""Cut trials into overlapping windows for the network and put its output together again."""

from __future__ import annotations

import torch
from torch import Tensor


def window_starts(length: int, width: int, stride: int) -> list[int]:
    """First samples of windows that cover 0..length-1; the last one ends with the trial."""
    if length <= width:
        return [0]
    starts = list(range(0, length - width, stride))
    return [*starts, length - width]


def cut(series: Tensor, starts: list[int], width: int) -> Tensor:
    """Windows (n_windows, width, ...) of a series (T, ...)."""
    return torch.stack([series[start : start + width] for start in starts])


def join(windows: Tensor, starts: list[int], length: int) -> Tensor:
    """Series (length, n) from windows (n_windows, width, n), weighted so that a window counts least at its ends."""
    width = windows.shape[1]
    ramp = torch.arange(1, width + 1).to(windows)
    weight = torch.minimum(ramp, ramp.flip(0)).unsqueeze(-1)
    total = windows.new_zeros(length, windows.shape[-1])
    count = windows.new_zeros(length, 1)
    for start, window in zip(starts, windows, strict=True):
        total[start : start + width] += weight * window
        count[start : start + width] += weight
    return total / count
