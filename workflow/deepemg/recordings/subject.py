"""A subject folder in memory: who, which channels, which trials."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.personal import personalise, read_personal
from deepemg.joint.scaling import scale_joint
from deepemg.recordings.contents import Contents
from deepemg.recordings.description import SIZES, read_description
from deepemg.recordings.places import check_place, is_inside
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers import open_file
from deepemg.recordings.sheet import Sheet, read_sheet
from deepemg.recordings.signal import Part
from deepemg.recordings.spelling import existing, fold
from deepemg.recordings.units import scale

Use = Literal["observed", "held_out"]


@dataclass(frozen=True)
class Channel:
    """A row of channels.csv."""

    name: str
    file: str
    column: str
    muscle: str
    unit: str
    kind: Literal["raw", "envelope", "excitation"]
    rate_hz: float | None = None
    use: Use = "observed"
    format: str | None = None

    @property
    def is_fraction(self) -> bool:
        """Whether the values are fractions already: of the maximum (envelope), or of full activation (excitation)."""
        return self.unit in ("1", "%")

    @property
    def is_volts(self) -> bool:
        """Whether the values have a size that EMG must have; counts of a converter do not say one."""
        return self.unit not in ("1", "%", "au")


@dataclass(frozen=True)
class TrialRow:
    """A row of trials.csv; empty cells are None."""

    trial: str
    role: Literal["movement", "mvc", "hold", "rest"]
    load: float = 0.0
    load_unit: str = "kg"  # with ? behind it where the lab assumes it
    emg_file: str = ""
    split: Literal["train", "test"] | None = None
    kinematics_file: str | None = None
    torque_file: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    posture: str | None = None
    forearm: Literal["supinated", "neutral", "pronated"] | None = None
    channels: str | None = None
    emg_rate_hz: float | None = None
    emg_delay_s: float = 0.0
    emg_unit: str | None = None
    emg_format: str | None = None
    kinematics_rate_hz: float | None = None

    @property
    def has_angle(self) -> bool:
        """Whether the joint angle was recorded: in every movement, elsewhere where a file is named."""
        return self.role == "movement" or self.kinematics_file is not None

    @property
    def unit_of_load(self) -> str:
        """The unit, whether known or assumed."""
        return self.load_unit.rstrip("?")

    @property
    def load_kg(self) -> float:
        return self.load * scale(self.unit_of_load, "load")

    @property
    def load_label(self) -> str:
        """The load as the lab wrote it, fit for a folder name: 2kg, 2.75lb."""
        return f"{self.load:g}{self.unit_of_load}"

    @property
    def part(self) -> Part:
        return Part(self.start_s, self.end_s)


@dataclass(frozen=True)
class SubjectFolder:
    """One subject folder. `recordings` is the folder that holds the signal files."""

    folder: Path
    recordings: Path
    description: dict[str, Any]
    channels: tuple[Channel, ...]
    trials: tuple[TrialRow, ...]

    @property
    def id(self) -> str:
        return str(self.description["id"])

    @property
    def movements(self) -> tuple[TrialRow, ...]:
        return tuple(trial for trial in self.trials if trial.role == "movement")

    @property
    def mvc_trials(self) -> tuple[TrialRow, ...]:
        return tuple(trial for trial in self.trials if trial.role == "mvc")

    @property
    def reference(self) -> Literal["mvc", "training maximum"]:
        """What an envelope of 1 means."""
        declared = all(channel.is_fraction for channel in self.channels_used("observed"))
        return "mvc" if self.mvc_trials or declared else "training maximum"

    @property
    def loads(self) -> tuple[str, ...]:
        """Labels of the loads of the movement trials, lightest first."""
        ordered = sorted(self.movements, key=lambda trial: trial.load_kg)
        return tuple(dict.fromkeys(trial.load_label for trial in ordered))

    def channels_used(self, use: Use) -> tuple[Channel, ...]:
        return tuple(channel for channel in self.channels if channel.use == use)

    def records(self, channel: Channel, trial: TrialRow) -> bool:
        """Whether a trial has samples of a channel.

        `channels` in trials.csv names those that a trial recorded, where it was not all; known excitations exist for
        movement and MVC trials only.
        """
        if trial.channels and fold(channel.name) not in {fold(name) for name in trial.channels.split(";")}:
            return False
        return channel.kind != "excitation" or trial.role in ("movement", "mvc")

    def emg_path(self, channel: Channel, trial: TrialRow) -> Path:
        return self._file(channel.file, trial=trial.trial, emg_file=trial.emg_file)

    def turn(self, channel: Channel) -> tuple[int, int] | None:
        """Which of the rows that ask for the same column of the same file a channel is, and of how many."""
        same = [c for c in self.channels if (c.file, fold(c.column)) == (channel.file, fold(channel.column))]
        return (same.index(channel), len(same)) if len(same) > 1 else None

    def kinematics_path(self, trial: TrialRow, entry: dict[str, Any] | None = None) -> Path:
        """File of the angle of a trial, or of another signal that `entry` describes."""
        pattern = (entry or {}).get("file") or self.description["kinematics"].get("file", "{kinematics_file}")
        return self._file(pattern, trial=trial.trial, kinematics_file=trial.kinematics_file)

    def torque_path(self, trial: TrialRow) -> Path:
        """File of the measured torque of a trial that names a torque_file."""
        pattern = self.description["torque"].get("file", "{torque_file}")
        return self._file(pattern, trial=trial.trial, torque_file=trial.torque_file)

    def _file(self, pattern: str, **names: str | None) -> Path:
        """The file that a pattern names, whichever way its slashes lean and its umlauts are written."""
        path = self.recordings / pattern.format(**names).replace("\\", "/")
        return existing(path) if is_inside(path, self.places) else path

    @property
    def places(self) -> tuple[Path, Path]:
        """The folders whose files may be opened."""
        return self.folder, self.recordings

    def open(self, path: Path, declared: str | None = None, *, head_only: bool = False) -> Contents:
        """Columns of one of its signal files. Raises RecordingError where it cannot be read, or lies elsewhere."""
        check_place(path, self.places)
        return open_file(path, declared, head_only=head_only)

    @property
    def texts(self) -> tuple[Path, ...]:
        """The three text files, and the subject's own model where there is one."""
        names = ["subject.yaml", "channels.csv", "trials.csv", self.description.get("model")]
        return tuple(self.folder / name for name in names if name)

    def files(self, use: Use) -> tuple[Path, ...]:
        """Signal files of the observed or of the held-out channels, each once."""
        pairs = [(c, t) for c in self.channels_used(use) for t in self.trials if self.records(c, t)]
        return tuple(dict.fromkeys(self.emg_path(channel, trial) for channel, trial in pairs))

    def kinematics_files(self) -> tuple[Path, ...]:
        """Angle files of the movement trials, each once."""
        return tuple(dict.fromkeys(self.kinematics_path(trial) for trial in self.movements))

    def checked_files(self) -> tuple[Path, ...]:
        """Files whose samples are read before any fit, each once: observed EMG, angle and torque of all trials."""
        return tuple(dict.fromkeys([*self.files("observed"), *self.joint_files()]))

    def joint_files(self) -> tuple[Path, ...]:
        """Files of angle, velocity and torque in all trials, each once."""
        moving = [trial for trial in self.trials if trial.has_angle]
        angle = [self.kinematics_path(trial) for trial in moving]
        velocity = self.description["kinematics"].get("velocity")
        angle += [self.kinematics_path(trial, velocity) for trial in moving] if velocity else []
        named = [trial for trial in self.trials if trial.torque_file and "torque" in self.description]
        torque = [self.torque_path(trial) for trial in named]
        return tuple(dict.fromkeys([*angle, *torque]))

    def generic_joint(self) -> Joint:
        return load_joint(self.description["joint"])

    def sizes(self) -> dict[str, float]:
        """What was measured on the subject (kg, m), by the keys of subject.yaml."""
        return {key: float(self.description[key]["value"]) for key in SIZES if key in self.description}

    def scaled_joint(self) -> Joint:
        """The joint scaled to what was measured on the subject, or that of the subject's own OpenSim model.

        Raises RecordingError where the model is none of this joint.
        """
        generic, sizes = self.generic_joint(), self.sizes()
        if "model" not in self.description:
            return scale_joint(generic, sizes)
        check_place(self.folder / self.description["model"], [self.folder])
        try:
            personal = read_personal(self.folder / self.description["model"], generic)
        except ValueError as error:
            fix = "export the model as .osim, or remove the key model"
            expected = f"an OpenSim model with joint {generic.name}'s coordinate and muscles"
            place = f"{self.folder / 'subject.yaml'}, model"
            raise RecordingError([Problem("DE-089", place, str(error), expected, fix)]) from None
        measured = sizes.get(generic.skeleton.distal.measure)
        return personalise(generic, personal | ({} if measured is None else {"distal_length": measured}))


def make_subject(
    folder: Path, description: dict[str, Any], channels: Sheet, trials: Sheet, recordings: Path | None = None
) -> SubjectFolder:
    """The subject of three texts that are in order; `recordings` is the folder of the signal files, if elsewhere."""
    rows = [{"split": "train", **row} if row["role"] == "movement" else row for row in trials.rows.values()]
    return SubjectFolder(
        folder=folder,
        recordings=recordings or folder,
        description=description,
        channels=tuple(Channel(**row) for row in channels.rows.values()),
        trials=tuple(TrialRow(**row) for row in rows),
    )


def read_subject(folder: Path, recordings: Path | None = None) -> SubjectFolder:
    """Read a subject folder that `check_folder` has found in order.

    `recordings` is the folder of the signal files where they do not lie in the subject folder itself.
    """
    description = read_description(folder / "subject.yaml")
    channels, trials = read_sheet(folder / "channels.csv"), read_sheet(folder / "trials.csv")
    return make_subject(folder, description, channels, trials, recordings)
