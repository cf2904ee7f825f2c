"""Plain arrays instead of a subject folder: are they what they must be, and their envelopes as fractions of a level."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.recordings.signal import Signal
from deepemg.signals.envelopes import filtered
from deepemg.signals.normalisation import reference_level
from deepemg.signals.settings import EnvelopeSettings, QualitySettings, SignalSettings
from deepemg.signals.whitening import fit_whitening

Arrays = Sequence[np.ndarray]
Numbers = Any  # an array, a table of numbers or nested lists, or a sequence of them, one for each trial
KINDS = ("raw", "fraction")
SPLITS = ("train", "test")
LARGEST_FRACTION = 5.0  # of a reference; beyond it the unit is another


def arrays_of_trials(name: str, values: Numbers, dimensions: int) -> list[np.ndarray]:
    """Arrays of so many dimensions, one for each trial; a single one is a list of one. Raises ValueError for others."""
    several = isinstance(values, (list, tuple)) and (not values or np.ndim(values[0]) == dimensions)
    found = []
    for entry in values if several else [values]:
        try:
            array = np.asarray(entry)
            if np.iscomplexobj(array):
                raise ValueError
            found.append(array.astype(float))
        except (TypeError, ValueError):
            raise ValueError(f"{name} holds a {type(entry).__name__}; expected numbers, {dimensions}-D") from None
    return found


def check_values(*, kind: str, splits: Sequence[str], loads: Sequence[Any], rate_hz: Any, settings: Any) -> None:
    """Raises ValueError for a kind, split, load or rate that cannot be, and TypeError for other settings."""
    if not isinstance(settings, SignalSettings):
        raise TypeError(f"settings is a {type(settings).__name__}; expected SignalSettings")
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; expected raw or fraction")
    for split in splits:
        if split not in SPLITS:
            raise ValueError(f"split is {split!r}; expected train or test")
    for load in loads:
        if not (isinstance(load, (int, float, np.number)) and 0 <= load < np.inf):
            raise ValueError(f"load_kg is {load!r}; expected numbers from 0")
    highest = max(settings.kinematics.cutoff_hz, settings.envelopes.band_high_hz if kind == "raw" else 0)
    if not (isinstance(rate_hz, (int, float, np.number)) and 2 * highest < rate_hz < np.inf):
        raise ValueError(
            f"rate_hz is {rate_hz!r}; expected a number above {2 * highest:g}, twice the highest frequency that is "
            "kept (settings, band_high_hz for raw EMG)"
        )


def check_angles(angles: Arrays, rate_hz: float, limits: QualitySettings) -> None:
    """Raises ValueError where a trial is too short, or its angle (deg) is none of a living joint that moves."""
    for place, angle in enumerate(angles, start=1):
        seconds, low, high = len(angle) / rate_hz, float(angle.min()), float(angle.max())
        if seconds < limits.shortest_trial_s:
            raise ValueError(f"trial {place} lasts {seconds:.2g} s; expected at least {limits.shortest_trial_s:g} s")
        if low < limits.angle_min_deg or high > limits.angle_max_deg:
            raise ValueError(
                f"trial {place}: angle from {low:.0f} to {high:.0f} deg; expected {limits.angle_min_deg:.0f} to "
                f"{limits.angle_max_deg:.0f} deg, 0 = extended, flexion positive"
            )
        if high - low < limits.excursion_min_deg:
            raise ValueError(
                f"trial {place}: angle moves by {high - low:.2g} deg; expected at least {limits.excursion_min_deg:g} "
                "deg: is it in radians?"
            )


def check_fractions(envelopes: Arrays, channels: Sequence[str]) -> None:
    """Raises ValueError where envelopes (T, n_channels) are no fractions of their reference."""
    for place, values in enumerate(envelopes, start=1):
        for channel, low, high in zip(channels, values.min(axis=0), values.max(axis=0), strict=True):
            if low < 0 or high > LARGEST_FRACTION:
                raise ValueError(
                    f"trial {place}, channel {channel}: from {low:.3g} to {high:.3g} times its reference; expected 0 "
                    f"to {LARGEST_FRACTION:g}: percent, or maximal contractions in another unit?"
                )


def one_per_trial(name: str, values: Any, count: int) -> list[Any]:
    """A value for each trial; a single one is that of all. Raises ValueError for another number of them."""
    if np.ndim(values) and len(values) != count:
        raise ValueError(f"{name} has {len(values)} values; expected {count}, one per trial, or one for all")
    found: list[Any] = np.broadcast_to(values, count).tolist()
    return found


def check_channels(channels: Sequence[str], joint: Joint) -> None:
    """Raises ValueError for a channel that is no muscle or group of the joint, or a muscle in two of them."""
    owners: dict[str, str] = {}
    if not channels:
        raise ValueError("no channel; expected the muscle, or the group, that each column of the EMG records")
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
    if not angles:
        raise ValueError("no trial; expected the angle of one trial, or a sequence of them")
    if len(angles) != len(emg):
        raise ValueError(f"EMG of {len(emg)} trials; expected {len(angles)}, as there are angles")
    for values in (*emg, *mvc):
        if values.ndim != 2 or values.shape[1] != n_channels:
            raise ValueError(f"EMG has shape {values.shape}; expected (samples, {n_channels}), one column per channel")
        if not np.isfinite(values).all():
            raise ValueError("EMG holds values that are not finite; expected numbers only: fill gaps, or cut them out")
    for place, (angle, values) in enumerate(zip(angles, emg, strict=True), start=1):
        if not np.isfinite(angle).all():
            raise ValueError(f"trial {place}: angle holds values that are not finite; fill gaps, or cut them out")
        if angle.shape != values.shape[:1]:
            raise ValueError(
                f"trial {place}: angle has shape {angle.shape}, EMG {values.shape}; expected equal lengths"
            )


def fractions(
    emg: Arrays,
    mvc: Arrays,
    splits: Sequence[str],
    channels: Sequence[str],
    *,
    rate_hz: float,
    settings: EnvelopeSettings,
) -> list[np.ndarray]:
    """Envelopes (T, n_channels) of raw EMG over the largest window of the MVC trials, or else of the training trials.

    Raises ValueError where there are neither, or a channel is silent in all of them.
    """
    if not len(mvc) and "train" not in splits:
        raise ValueError(f"splits are {', '.join(splits)}; expected a train trial, or an mvc one, to give the level")

    columns, levels = [], []
    for place, channel in enumerate(channels):
        moving, maximal = ([Signal(trial[:, place], rate_hz) for trial in trials] for trials in (emg, mvc))
        training = [signal for signal, split in zip(moving, splits, strict=True) if split == "train"]
        own = (maximal, training) if maximal else (training, [])
        try:
            whitening = fit_whitening(*own, settings) if settings.amplitude == "whitened" else None
            smooth = [filtered(signal, "raw", settings, whitening).values for signal in (*maximal, *moving)]
            top, envelopes = smooth[: len(maximal)], smooth[len(maximal) :]
            known = [values for values, split in zip(envelopes, splits, strict=True) if split == "train"]
            levels.append(reference_level(top, known, rate_hz=rate_hz, window_s=settings.mvc_window_s))
        except ValueError as error:
            raise ValueError(f"channel {channel}: {error}") from None
        columns.append(envelopes)
    return [np.column_stack(trial) / np.array(levels) for trial in zip(*columns, strict=True)]
