"""What every method takes and gives: `Method(settings).fit(recording) -> Fitted`, `fitted.reconstruct(trial)`."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pandas as pd

from deepemg.joint.definition import Joint
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.model_file import save_model
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.signals.recording import Recording, Trial

# emg_loss is the term of what EMG tells: measured envelopes, or in nmm the posterior that they give.
HISTORY = ("epoch", "loss", "emg_loss", "torque_loss", "parameter_loss")


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """Envelopes of all muscles of the joint with their 90 % band, each (T, n_muscles) in 0..1, and torque (T,) in N m.

    A method that has nothing to base a band on gives NaN for it, and one that knows of no torque for that. Raises
    RecordingError (DE-131) where anything else is not finite.
    """

    trial: str
    time_s: np.ndarray
    muscles: tuple[str, ...]
    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    torque: np.ndarray

    def __post_init__(self) -> None:
        lost = [m for m, values in zip(self.muscles, self.mean.T, strict=True) if not np.isfinite(values).all()]
        for name, values in (("lower", self.lower), ("upper", self.upper), ("torque", self.torque[:, None])):
            given = ~np.isnan(values).all(axis=0)
            lost += [name] if not np.isfinite(values[:, given]).all() else []
        if lost:
            fix = "fetch the weights anew (dvc checkout --force resources/nmm.pt.dvc), or delete the fit and run again"
            place, found = f"trial {self.trial}", f"values that are not finite in {', '.join(lost)}"
            raise RecordingError([Problem("DE-131", place, found, "a number for every sample", fix)])

    def __repr__(self) -> str:
        return f"Reconstruction({self.trial!r}, {len(self.time_s)} samples, {', '.join(self.muscles)})"

    def table(self) -> pd.DataFrame:
        """Wide table: time_s, torque_nm, then each muscle with its band."""
        columns = {"time_s": self.time_s, "torque_nm": self.torque}
        for place, muscle in enumerate(self.muscles):
            columns[muscle] = self.mean[:, place]
            columns[f"{muscle}_lower"] = self.lower[:, place]
            columns[f"{muscle}_upper"] = self.upper[:, place]
        return pd.DataFrame(columns)


class Fitted(ABC):
    """A method after its fit; `method` holds the settings it was fitted with."""

    method: Method
    joint: Joint

    @abstractmethod
    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Envelopes of all muscles of the trial. Raises ValueError for a trial of another joint, or without EMG."""

    @abstractmethod
    def parameters(self) -> pd.DataFrame:
        """muscle, parameter, unit, generic, lower, upper, personal, sd, identified, at_bound."""

    @abstractmethod
    def state(self) -> dict[str, Any]:
        """What `Method.restore` needs beside the settings and the joint: plain data and tensors."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.joint.name})"

    def history(self) -> pd.DataFrame:
        """epoch, loss and the method's loss terms; empty for a method without training."""
        return pd.DataFrame(columns=list(HISTORY))

    def save(self, path: str | Path) -> None:
        """Write the model to one file, which `deepemg.load` reads."""
        save_model(path, name=self.method.name, method=self.method, joint=self.joint, state=self.state())


class Method(ABC):
    """A frozen dataclass of settings that fits; `name` is the method's in tables and configuration."""

    name: ClassVar[str]
    forward: ForwardSettings

    @property
    def own_forward(self) -> ForwardSettings:
        """The forward model that the method's parameters belong to."""
        return self.forward

    @abstractmethod
    def fit(self, recording: Recording, *, seed: int = 1) -> Fitted:
        """Fit to all trials of the recording. Raises ValueError where they cannot be used."""

    @abstractmethod
    def restore(self, joint: Joint, state: dict[str, Any]) -> Fitted:
        """The fitted method whose `state` this is."""


def check_recording(recording: Recording) -> tuple[str, ...]:
    """Observed muscles of the trials.

    Raises ValueError where there are none, they differ between trials, or all of them are silent throughout, and
    TypeError for something else than a recording.
    """
    if not isinstance(recording, Recording):
        raise TypeError(f"fit takes a Recording; found a {type(recording).__name__}")
    if not recording.trials:
        raise ValueError("a fit needs at least one trial")
    first = recording.trials[0]
    for trial in recording.trials:
        if trial.observed != first.observed:
            raise ValueError(f"trial {trial.name} observes {trial.observed}, trial {first.name} {first.observed}")
    observed = check_trial(first, recording.joint)
    if not any(trial.observed_matrix().any() for trial in recording.trials):
        raise ValueError(f"found only zeros in the envelopes of {', '.join(observed)}; expected EMG")
    return observed


def check_trial(trial: Trial, joint: Joint) -> tuple[str, ...]:
    """Observed muscles of a trial.

    Raises ValueError where there are none, or the trial is of another joint, and TypeError for something else.
    """
    if not isinstance(trial, Trial):
        raise TypeError(f"reconstruct takes a Trial, such as recording['name']; found a {type(trial).__name__}")
    if trial.muscles != joint.muscle_names:
        raise ValueError(f"trial {trial.name} has {trial.muscles}; expected muscles of joint {joint.name}")
    if not trial.observed:
        raise ValueError(f"trial {trial.name} observes no muscle of joint {joint.name}: {joint.muscle_names}")
    return trial.observed


def with_measured(trial: Trial, solution: np.ndarray) -> np.ndarray:
    """`solution` (T, n_muscles) with the measured envelopes in place of the observed muscles, inside 0..1."""
    return np.clip(np.where(trial.is_observed, trial.envelopes, solution), 0, 1)
