"""The level that makes an envelope a fraction of MVC, or, where no MVC was recorded, of the largest training window."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

LABELS = {
    "mvc": "fraction of MVC",
    "training maximum": "fraction of training maximum, not %MVC",
}


def reference_label(references: Sequence[str]) -> str:
    """What a figure calls the unit of envelopes with these references (keys of LABELS)."""
    return " or ".join(LABELS[reference] for reference in dict.fromkeys(references))


def window_maximum(envelope: np.ndarray, *, rate_hz: float, window_s: float) -> float:
    """Largest mean of an envelope (T,) over a sliding window of `window_s` (s), or over all where it is shorter."""
    width = min(len(envelope), max(1, round(window_s * rate_hz)))
    sums = np.cumsum(np.concatenate([[0.0], envelope]))
    return float(np.max(sums[width:] - sums[:-width]) / width)


def level_of(envelopes: Sequence[tuple[np.ndarray, float]], *, window_s: float) -> float:
    """Largest window of several envelopes (T,), each with its rate (Hz). Raises ValueError where it is zero."""
    level = max(window_maximum(values, rate_hz=rate_hz, window_s=window_s) for values, rate_hz in envelopes)
    if level <= 0:
        raise ValueError("the channel is silent in every trial that could give its reference level")
    return level


def reference_level(
    mvc: Sequence[np.ndarray], training: Sequence[np.ndarray], *, rate_hz: float, window_s: float
) -> float:
    """Reference level of one channel, in the unit of its envelopes (T,), each a trial.

    The largest window of the MVC trials; without any, the largest window of the *training* movement trials together,
    so that a test trial never scales itself. Raises ValueError where the level is zero.
    """
    return level_of([(trial, rate_hz) for trial in (mvc or training)], window_s=window_s)
