"""Plain arrays instead of a subject folder: are they what they must be, and their envelopes as fractions of a level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.signals.emg import envelope
from deepemg.signals.normalisation import reference_level
from deepemg.signals.settings import EnvelopeSettings

Arrays = Sequence[np.ndarray]


def one_per_trial(name: str, values: Any, count: int) -> list[Any]:
    """A value for each trial; a single one is that of all. Raises ValueError for another number of them."""
    if np.ndim(values) and len(values) != count:
        raise ValueError(f"{name} has {len(values)} values; expected {count}, one per trial, or one for all")
    return list(np.broadcast_to(values, count))


def check_channels(channels: Sequence[str], joint: Joint) -> None:
    """Raises ValueError for a channel that is no muscle or group of the joint, or a muscle in two of them."""
    owners: dict[str, str] = {}
    for name in channels:
        muscles = joint.members(name)
        if not muscles:
            known = ", ".join([*joint.muscle_names, *joint.groups])
            raise ValueError(f"channel {name!r}; expected muscles or groups of joint {joint.name}: {known}")
        for muscle in muscles:
            if muscle in owners:
                raise ValueError(
                    f"channels {owners[muscle]} and {name} both record {muscle}; expected each muscle once"
                )
            owners[muscle] = name


def check_arrays(angles: Arrays, emg: Arrays, mvc: Arrays, n_channels: int) -> None:
    """Raises ValueError where shapes do not fit each other, or a value is not finite."""
    if len(angles) != len(emg):
        raise ValueError(f"EMG of {len(emg)} trials; expected {len(angles)}, as there are angles")
    for values in (*emg, *mvc):
        if values.ndim != 2 or values.shape[1] != n_channels:
            raise ValueError(f"EMG has shape {values.shape}; expected (samples, {n_channels}), one column per channel")
        if not np.isfinite(values).all():
            raise ValueError("EMG holds values that are not finite; expected numbers only: fill gaps, or cut them out")
    for place, (angle, values) in enumerate(zip(angles, emg, strict=True), start=1):
        if angle.shape != values.shape[:1]:
            raise ValueError(
                f"trial {place}: angle has shape {angle.shape}, EMG {values.shape}; expected equal lengths"
            )


def fractions(
    emg: Arrays, mvc: Arrays, splits: Sequence[str], *, rate_hz: float, settings: EnvelopeSettings
) -> list[np.ndarray]:
    """Envelopes (T, n_channels) of raw EMG over the largest window of the MVC trials, or else of the training trials.

    Raises ValueError where there are neither.
    """
    if not len(mvc) and "train" not in splits:
        raise ValueError(f"splits are {', '.join(splits)}; expected a train trial, or an mvc one, to give the level")

    def smooth(values: np.ndarray) -> np.ndarray:
        e = settings
        band = {"low_hz": e.band_low_hz, "high_hz": e.band_high_hz, "cutoff_hz": e.envelope_cutoff_hz}
        return np.column_stack([envelope(column, rate_hz=rate_hz, order=e.order, **band) for column in values.T])

    envelopes, maximal = [smooth(values) for values in emg], [smooth(values) for values in mvc]
    training = [values for values, split in zip(envelopes, splits, strict=True) if split == "train"]
    levels = [
        reference_level(
            [trial[:, channel] for trial in maximal],
            [trial[:, channel] for trial in training],
            rate_hz=rate_hz,
            window_s=settings.mvc_window_s,
        )
        for channel in range(emg[0].shape[1])
    ]
    return [values / np.array(levels) for values in envelopes]
