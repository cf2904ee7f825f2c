"""What every method takes and gives: `fit(trials, arm, seed=, settings=) -> Fitted`, `fitted.reconstruct(trial)`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pandas as pd

from deepemg.arm.definition import Arm

HISTORY = ("epoch", "loss", "emg_loss", "torque_loss", "parameter_loss")


@dataclass(frozen=True)
class Contraction:
    """An isometric contraction of the subject: angle (rad), torque (N m) where it was measured, observed envelopes."""

    role: str
    angle: float
    torque: float | None
    envelopes: dict[str, float]


@dataclass(frozen=True)
class Trial:
    """One movement trial on the common clock, without anything a method must not see.

    time_s, angle (rad), velocity (rad/s) and torque (N m, inverse dynamics) are (T,); `envelopes` holds the observed
    muscles only, each (T,), as fractions of their reference level. What is known of the subject beside the trial:
    `contractions`, and whether the reference level is that of MVC trials (`by_mvc`).
    """

    name: str
    split: str
    load_label: str
    load_kg: float
    time_s: np.ndarray
    angle: np.ndarray
    velocity: np.ndarray
    torque: np.ndarray
    envelopes: dict[str, np.ndarray]
    contractions: tuple[Contraction, ...] = ()
    by_mvc: bool = True

    def __post_init__(self) -> None:
        columns = {"time_s": self.time_s, "angle": self.angle, "velocity": self.velocity, "torque": self.torque}
        for name, values in (columns | self.envelopes).items():
            if values.shape != self.time_s.shape:
                raise ValueError(f"trial {self.name}: {name} has shape {values.shape}, time_s has {self.time_s.shape}")
            if not np.isfinite(values).all():
                raise ValueError(f"trial {self.name}: {name} holds values that are not finite")

    @property
    def observed(self) -> tuple[str, ...]:
        return tuple(self.envelopes)

    @property
    def rate_hz(self) -> float:
        return float((len(self.time_s) - 1) / (self.time_s[-1] - self.time_s[0]))

    def without(self, muscles: Sequence[str]) -> Trial:
        """The trial as it would be had these muscles not been recorded."""

        def rest(envelopes: dict[str, Any]) -> dict[str, Any]:
            return {name: value for name, value in envelopes.items() if name not in muscles}

        contractions = tuple(replace(c, envelopes=rest(c.envelopes)) for c in self.contractions)
        return replace(self, envelopes=rest(self.envelopes), contractions=contractions)

    def observed_matrix(self) -> np.ndarray:
        """Observed envelopes (T, n_observed)."""
        return np.column_stack(list(self.envelopes.values()))


@dataclass(frozen=True)
class Reconstruction:
    """Envelopes of all muscles of the arm with their 90 % band, each (T, n_muscles) in 0..1, and torque (T,) in N m.

    A method that has nothing to base a band on gives NaN for it.
    """

    time_s: np.ndarray
    muscles: tuple[str, ...]
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    torque: np.ndarray

    def table(self) -> pd.DataFrame:
        """Wide table: time_s, torque_nm, then each muscle with its band."""
        columns = {"time_s": self.time_s, "torque_nm": self.torque}
        for place, muscle in enumerate(self.muscles):
            columns[muscle] = self.mean[:, place]
            columns[f"{muscle}_lower"] = self.lower[:, place]
            columns[f"{muscle}_upper"] = self.upper[:, place]
        return pd.DataFrame(columns)


class Fitted(Protocol):
    """A method after its fit; `settings` are those it was fitted with."""

    arm: Arm
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction: ...

    def parameters(self) -> pd.DataFrame:
        """muscle, parameter, unit, generic, lower, upper, personal, sd, identified, at_bound."""

    def history(self) -> pd.DataFrame:
        """epoch, loss and the method's loss terms; empty for a method without training."""

    def save(self, path: Path) -> None: ...


class Method(Protocol):
    """A module with these two functions is a method."""

    def fit(self, trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> Fitted: ...

    def load(self, path: Path) -> Fitted: ...


def check_trials(trials: Sequence[Trial], arm: Arm) -> tuple[str, ...]:
    """Observed muscles of the trials. Raises ValueError where there are none, or they differ, or the arm lacks one."""
    if not trials:
        raise ValueError("a fit needs at least one trial")
    observed = trials[0].observed
    for trial in trials:
        if trial.observed != observed:
            raise ValueError(f"trial {trial.name} observes {trial.observed}, trial {trials[0].name} {observed}")
    unknown = [muscle for muscle in observed if muscle not in arm.muscle_names]
    if unknown or not observed:
        raise ValueError(f"observed muscles {observed or 'none'} must be muscles of arm {arm.name}: {arm.muscle_names}")
    return observed
