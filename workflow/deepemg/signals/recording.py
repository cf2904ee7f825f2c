"""What a method sees of a subject: its joint, its trials on one clock, its isometric contractions, and what 1 means."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, get_args

import numpy as np
import pandas as pd

from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.opensim import inverse_dynamics
from deepemg.recordings.signal import Signal
from deepemg.signals.arrays import (
    SPLITS,
    Numbers,
    arrays_of_trials,
    check_angles,
    check_arrays,
    check_channels,
    check_fractions,
    check_values,
    fractions,
    one_per_trial,
)
from deepemg.signals.kinematics import kinematics
from deepemg.signals.settings import EnvelopeSettings, SignalSettings

Reference = Literal["mvc", "training maximum"]
SERIES = ("time_s", "angle", "velocity", "torque", "envelopes")


def envelope_matrix(muscles: Sequence[str], columns: Mapping[str, Any], length: int | None = None) -> np.ndarray:
    """Envelopes (T, M), or (M,) where `columns` holds numbers, in the order of `muscles`; NaN where there is none.

    Raises ValueError for a muscle that is not among them.
    """
    unknown = [name for name in columns if name not in muscles]
    if unknown:
        raise ValueError(f"observed muscles {tuple(columns)} must be among those of the joint: {tuple(muscles)}")
    shape = () if length is None else (length,)
    absent = np.full(shape, np.nan)
    return np.stack([np.asarray(columns.get(name, absent), dtype=float) for name in muscles], axis=-1)


@dataclass(frozen=True, eq=False)
class Contraction:
    """An isometric contraction: angle (rad), torque (N m) where it was measured, envelopes (M,), NaN where hidden.

    `pronated` says that the palm looked down; with it up or in between the biceps pulls with its whole moment arm.
    """

    role: str
    angle: float
    torque: float | None
    envelopes: np.ndarray
    pronated: bool = False

    def without(self, hidden: np.ndarray) -> Contraction:
        """As it would be had the muscles `hidden` (M,) not been recorded."""
        return replace(self, envelopes=np.where(hidden, np.nan, self.envelopes))


@dataclass(frozen=True, eq=False)
class Trial:
    """One movement trial on the common clock, without anything a method must not see.

    time_s, angle (rad), velocity (rad/s) and torque (N m, inverse dynamics) are (T,); `envelopes` (T, M) are those of
    `muscles`, the joint's in its order, as fractions of their reference; NaN throughout where a muscle was not
    observed. Arrays are copied and read-only: what a caller does with its own changes no fit. Raises ValueError where
    shapes disagree, a value is not finite, time does not increase, the load is negative or the split neither train nor
    test.
    """

    name: str
    split: str
    load_label: str
    load_kg: float
    time_s: np.ndarray
    angle: np.ndarray
    velocity: np.ndarray
    torque: np.ndarray
    envelopes: np.ndarray
    muscles: tuple[str, ...]

    def __post_init__(self) -> None:
        for name in SERIES:
            own = np.array(getattr(self, name), dtype=float)
            own.flags.writeable = False
            object.__setattr__(self, name, own)
        if self.split not in SPLITS:
            raise ValueError(f"trial {self.name}: split is {self.split!r}; expected train or test")
        if not 0 <= self.load_kg < np.inf:
            raise ValueError(f"trial {self.name}: load is {self.load_kg} kg; expected a number from 0")
        for name in ("time_s", "angle", "velocity", "torque"):
            self._check(name, getattr(self, name))
        if self.time_s.ndim != 1 or len(self.time_s) < 2 or not (np.diff(self.time_s) > 0).all():
            raise ValueError(f"trial {self.name}: time_s must be at least two times, in s, that increase")
        if self.envelopes.shape != (*self.time_s.shape, len(self.muscles)):
            expected = (*self.time_s.shape, len(self.muscles))
            raise ValueError(f"trial {self.name}: envelopes have shape {self.envelopes.shape}, not {expected}")
        for name in self.observed:
            self._check(name, self.envelope(name))

    def _check(self, name: str, values: np.ndarray) -> None:
        if values.shape != self.time_s.shape:
            raise ValueError(f"trial {self.name}: {name} has shape {values.shape}, time_s has {self.time_s.shape}")
        if not np.isfinite(values).all():
            raise ValueError(f"trial {self.name}: {name} holds values that are not finite")

    def __repr__(self) -> str:
        seen = ", ".join(self.observed) or "nothing"
        return f"Trial({self.name!r}, {self.split}, {self.load_kg:g} kg, {np.ptp(self.time_s):.1f} s, observed: {seen})"

    @property
    def is_observed(self) -> np.ndarray:
        """Which muscles (M,) have an envelope."""
        return np.asarray(~np.isnan(self.envelopes).all(axis=0))

    @property
    def observed(self) -> tuple[str, ...]:
        """Names of the muscles that have an envelope, in the joint's order."""
        return tuple(name for name, seen in zip(self.muscles, self.is_observed, strict=True) if seen)

    @property
    def rate_hz(self) -> float:
        """Samples per second of the common clock."""
        return float((len(self.time_s) - 1) / (self.time_s[-1] - self.time_s[0]))

    def envelope(self, muscle: str) -> np.ndarray:
        """Envelope (T,) of one muscle."""
        return np.asarray(self.envelopes[:, self.muscles.index(muscle)])

    def without(self, muscles: Sequence[str] | str) -> Trial:
        """The trial as it would be had these muscles not been recorded. Raises ValueError for one that there is not."""
        muscles = [muscles] if isinstance(muscles, str) else list(muscles)
        unknown = [name for name in muscles if name not in self.muscles]
        if unknown:
            raise ValueError(f"muscles {', '.join(unknown)}; expected some of {', '.join(self.muscles)}")
        return replace(self, envelopes=np.where(np.isin(self.muscles, muscles), np.nan, self.envelopes))

    def observed_matrix(self) -> np.ndarray:
        """Observed envelopes (T, n_observed), in the order of `observed`."""
        return np.ascontiguousarray(self.envelopes[:, self.is_observed])


@dataclass(frozen=True, eq=False)
class Recording:
    """A subject as methods see it, and beside it what was put aside for scoring.

    `reference` says what an envelope of 1 means; `signals` how the envelopes were made. `held_out` holds trial, time_s
    and the envelopes that were recorded and put aside; no method reads it. Raises ValueError where a trial is not of
    the joint, two have the same name, or the reference is neither of the two.
    """

    joint: Joint
    trials: tuple[Trial, ...]
    contractions: tuple[Contraction, ...] = ()
    reference: Reference = "mvc"
    signals: EnvelopeSettings = EnvelopeSettings()  # noqa: RUF009, frozen
    held_out: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=["trial", "time_s"]), repr=False)

    def __post_init__(self) -> None:
        if self.reference not in get_args(Reference):
            raise ValueError(f"reference is {self.reference!r}; expected {' or '.join(get_args(Reference))}")
        names = [trial.name for trial in self.trials]
        if len(set(names)) < len(names):
            raise ValueError(f"trials are called {', '.join(names)}; expected different names")
        for trial in self.trials:
            if trial.muscles != self.joint.muscle_names:
                raise ValueError(
                    f"trial {trial.name} has {trial.muscles}, joint {self.joint.name} {self.joint.muscle_names}"
                )

    def __repr__(self) -> str:
        parts = f"{len(self.trials)} trials, {len(self.contractions)} contractions"
        return f"Recording({self.joint.name}, {parts}, reference: {self.reference})"

    @classmethod
    def from_arrays(
        cls,
        *,
        angle_deg: Numbers,
        load_kg: float | Sequence[float],
        emg: Numbers,
        rate_hz: float,
        channels: Sequence[str] | str,
        joint: Joint | str = "elbow6",
        kind: Literal["raw", "fraction"] = "raw",
        mvc: Numbers = (),
        split: str | Sequence[str] = "train",
        settings: SignalSettings = SignalSettings(),  # noqa: B008, frozen
    ) -> Recording:
        """From plain arrays, without any file; one trial, or a sequence of trials for each of the first three and
        split.

        angle_deg (T,), 0 = extended, flexion positive; emg (T, n_channels) in any unit, sampled together at `rate_hz`
        (Hz). `channels` names the muscle, or the group of heads, that each column records. `kind` raw is filtered and
        divided by the largest window of the `mvc` trials (T, n_channels), or of the training trials where there are
        none; fraction is taken as it is. Trials are called 1, 2, ... A trial should begin and end at rest: filters and
        derivatives are wrong within some 0.1 s of an end in full motion. Raises ValueError where shapes, names or
        values are not those of a recording.
        """
        of_subject = load_joint(joint) if isinstance(joint, str) else joint
        channels = [channels] if isinstance(channels, str) else list(channels)
        angles, signals, maximal = (
            arrays_of_trials(name, values, dimensions)
            for name, values, dimensions in (("angle_deg", angle_deg, 1), ("emg", emg, 2), ("mvc", mvc, 2))
        )
        loads, splits = (one_per_trial(n, v, len(angles)) for n, v in (("load_kg", load_kg), ("split", split)))
        check_values(kind=kind, splits=splits, loads=loads, rate_hz=rate_hz, settings=settings)
        check_channels(channels, of_subject)
        check_arrays(angles, signals, maximal, len(channels))
        check_angles(angles, rate_hz, settings.quality)
        if kind == "raw":
            signals = fractions(signals, maximal, splits, channels, rate_hz=rate_hz, settings=settings.envelopes)
        check_fractions(signals, channels)
        trials, how = [], settings.kinematics
        for place, (angle, values) in enumerate(zip(angles, signals, strict=True)):
            given, load = Signal(np.deg2rad(angle), rate_hz), float(loads[place])
            table = kinematics(given, cutoff_hz=how.cutoff_hz, order=how.order, rate_hz=settings.rate_hz)
            time, position, velocity = (table[name].to_numpy() for name in ("time_s", "angle_rad", "velocity_rad_s"))
            sampled = [np.interp(time, given.time_s, column) for column in values.T]
            heads = {m: v for name, v in zip(channels, sampled, strict=True) for m in of_subject.members(name)}
            trials.append(
                Trial(
                    name=str(place + 1),
                    split=str(splits[place]),
                    load_label=f"{load:g}kg",
                    load_kg=load,
                    time_s=time,
                    angle=position,
                    velocity=velocity,
                    torque=inverse_dynamics(of_subject, time, position, load_kg=load),
                    envelopes=envelope_matrix(of_subject.muscle_names, heads, len(time)),
                    muscles=of_subject.muscle_names,
                )
            )
        reference: Reference = "mvc" if maximal or kind == "fraction" else "training maximum"
        return cls(of_subject, tuple(trials), reference=reference, signals=settings.envelopes)

    def __getitem__(self, name: str) -> Trial:
        """The trial of this name. Raises KeyError, which lists the names there are."""
        for trial in self.trials:
            if trial.name == name:
                return trial
        raise KeyError(f"no trial called {name!r}; there are {', '.join(repr(trial.name) for trial in self.trials)}")

    def __iter__(self) -> Iterator[Trial]:
        """All trials, in order."""
        return iter(self.trials)

    @property
    def train(self) -> Recording:
        """The training trials, for a fit; nothing that was put aside."""
        return self.of_trials([trial for trial in self.trials if trial.split == "train"])

    @property
    def test(self) -> tuple[Trial, ...]:
        """The trials to be reconstructed and scored."""
        return tuple(trial for trial in self.trials if trial.split == "test")

    def of_trials(self, trials: Sequence[Trial]) -> Recording:
        """The same subject with these trials, and without what was put aside."""
        return Recording(self.joint, tuple(trials), self.contractions, self.reference, self.signals)

    def without(self, muscles: Sequence[str] | str) -> Recording:
        """The recording as it would be had these muscles, or groups of heads, not been recorded; contractions too.

        Raises ValueError for a name that the joint does not have.
        """
        named = [muscles] if isinstance(muscles, str) else list(muscles)
        unknown = [name for name in named if not self.joint.members(name)]
        if unknown:
            known = ", ".join([*self.joint.muscle_names, *self.joint.groups])
            raise ValueError(f"muscles {', '.join(unknown)}; expected some of {known}")
        muscles = [muscle for name in named for muscle in self.joint.members(name)]
        hidden = np.isin(self.joint.muscle_names, muscles)
        return replace(
            self.of_trials([trial.without(muscles) for trial in self.trials]),
            contractions=tuple(contraction.without(hidden) for contraction in self.contractions),
        )
