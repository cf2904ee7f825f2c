"""Trials in a struct whose inner names are not documented: found by what the fields are called."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from deepemg.recordings.importers.matlab import Names, leaves, one_number, one_signal
from deepemg.recordings.importers.names import angle_score, muscle_of, spellings

FEWEST = 100  # samples of a signal
OF_SIGNALS = re.compile(
    r"s?emgs?|raw|data|signals?|muscles?|channels?|kinematics?|joints?|motion|mocap|imu|elbow|angles?"
)
PROCESSED = re.compile(r"filt|norm|proce|activ|rect|envel|smooth|rms")
RATE = re.compile(r"(sample|sampling) ?(rate|freq\w*)|fs|freq\w*|rate")
TIME = re.compile(r"times?|t")
WEIGHT = re.compile(r"(add\w* )?(weight|load|mass)( kg)?")


@dataclass
class StructTrial:
    """Signals of one trial: EMG by field name with its muscle, angle, rates (Hz), the load where a field says it."""

    names: Names
    emg: dict[str, tuple[str, np.ndarray]] = field(default_factory=dict)
    angle: np.ndarray | None = None
    emg_rate_hz: float | None = None
    angle_rate_hz: float | None = None
    load: float | None = None


def find_struct_trials(tree: Any) -> list[StructTrial]:
    """Every place of a struct that holds EMG of muscles, with the angle and the rate nearest to it."""
    numbers: dict[Names, float] = {}
    signals: list[tuple[Names, np.ndarray]] = []
    for names, value in leaves(tree):
        number, signal = one_number(value), one_signal(value, FEWEST)
        if number is not None:
            numbers[names] = number
        if signal is not None:
            signals.append((names, signal))
    trials: dict[Names, StructTrial] = {}
    for names, signal in signals:
        muscle = muscle_of(names[-1]) or muscle_of(" ".join(names[-2:]))
        if muscle and not any(PROCESSED.search(name.casefold()) for name in names):
            trial = trials.setdefault(_owner(names[:-1]), StructTrial(_owner(names[:-1])))
            trial.emg[names[-1]] = (muscle, signal)
            trial.emg_rate_hz = trial.emg_rate_hz or _rate(names, numbers, signals)
    for names, signal in signals:
        if angle_score(names[-1]) or angle_score(" ".join(names[-2:])):
            for trial in trials.values():
                if trial.angle is None and _share(trial.names, _owner(names[:-1])):
                    trial.angle, trial.angle_rate_hz = signal, _rate(names, numbers, signals)
    for trial in trials.values():
        trial.load = _nearest(trial.names, numbers, WEIGHT)
    return list(trials.values())


def _owner(names: Names) -> Names:
    """The names that lead to a trial: those of a signal without `emg`, `raw` and the like at their end."""
    while names and OF_SIGNALS.fullmatch(spellings(names[-1])[0]):
        names = names[:-1]
    return names


def _share(one: Names, other: Names) -> bool:
    return one[: len(other)] == other or other[: len(one)] == one


def _nearest(names: Names, numbers: dict[Names, float], pattern: re.Pattern[str]) -> float | None:
    """The number of this name beside a signal, or beside what holds it."""
    for length in range(len(names), -1, -1):
        for place, number in numbers.items():
            if place[:-1] == names[:length] and pattern.fullmatch(spellings(place[-1])[0]):
                return number
    return None


def _rate(names: Names, numbers: dict[Names, float], signals: list[tuple[Names, np.ndarray]]) -> float | None:
    """Rate (Hz) of a signal: of the clock beside it, or the nearest number called so."""
    length = next(len(signal) for place, signal in signals if place == names)
    for place, clock in signals:
        if place[:-1] == names[:-1] and TIME.fullmatch(spellings(place[-1])[0]) and len(clock) == length:
            steps = np.diff(clock)
            if np.all(steps > 0) and np.ptp(steps) < 0.5 * np.median(steps):
                return float(f"{(length - 1) / (clock[-1] - clock[0]):.6g}")
    return _nearest(names[:-1], numbers, RATE)
