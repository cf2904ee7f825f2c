"""A subject folder in memory: who, which channels, which trials."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml

from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.scaling import scale_joint
from deepemg.recordings.signal import Part

KILOGRAMS = {"kg": 1.0, "g": 1e-3, "lb": 0.45359237}
SIZES = ("mass_kg", "height_m", "upper_arm_m", "forearm_m", "hand_m", "thigh_m", "shank_m")
Use = Literal["observed", "held_out"]
MICROVOLTS = {"uV": 1.0, "mV": 1e3, "V": 1e6, "1": 1.0}


@dataclass(frozen=True)
class Channel:
    """A row of channels.csv."""

    name: str
    file: str
    column: str
    muscle: str
    unit: str
    kind: Literal["raw", "envelope", "excitation"]
    rate_hz: float
    use: Use

    @property
    def is_fraction(self) -> bool:
        """Whether the values are fractions already: of the maximum (envelope), or of full activation (excitation)."""
        return self.unit == "1"


@dataclass(frozen=True)
class TrialRow:
    """A row of trials.csv; empty cells are None."""

    trial: str
    role: Literal["movement", "mvc", "hold", "rest"]
    load: float
    load_unit: str
    emg_file: str
    split: Literal["train", "test"] | None = None
    kinematics_file: str | None = None
    torque_file: str | None = None
    start_s: float | None = None
    end_s: float | None = None
    posture: str | None = None

    @property
    def has_angle(self) -> bool:
        """Whether the joint angle was recorded: in every movement, elsewhere where a file is named."""
        return self.role == "movement" or self.kinematics_file is not None

    @property
    def load_kg(self) -> float:
        return self.load * KILOGRAMS[self.load_unit]

    @property
    def load_label(self) -> str:
        """The load as the lab wrote it, fit for a folder name: 2kg, 2.75lb."""
        return f"{self.load:g}{self.load_unit}"

    @property
    def part(self) -> Part:
        return Part(self.start_s, self.end_s)


def records(channel: Channel, trial: TrialRow) -> bool:
    """Whether a trial has samples of a channel: known excitations exist for movement and MVC trials only."""
    return channel.kind != "excitation" or trial.role in ("movement", "mvc")


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

    def emg_path(self, channel: Channel, trial: TrialRow) -> Path:
        return self.recordings / channel.file.format(trial=trial.trial, emg_file=trial.emg_file)

    def kinematics_path(self, trial: TrialRow) -> Path:
        pattern = self.description["kinematics"].get("file", "{kinematics_file}")
        return self.recordings / pattern.format(trial=trial.trial, kinematics_file=trial.kinematics_file)

    def torque_path(self, trial: TrialRow) -> Path:
        """File of the measured torque of a trial that names a torque_file."""
        pattern = self.description["torque"].get("file", "{torque_file}")
        return self.recordings / pattern.format(trial=trial.trial, torque_file=trial.torque_file)

    def files(self, use: Use) -> tuple[Path, ...]:
        """Signal files of the observed or of the held-out channels, each once."""
        pairs = [(c, t) for c in self.channels_used(use) for t in self.trials if records(c, t)]
        return tuple(dict.fromkeys(self.emg_path(channel, trial) for channel, trial in pairs))

    def kinematics_files(self) -> tuple[Path, ...]:
        """Angle files of the movement trials, each once."""
        return tuple(dict.fromkeys(self.kinematics_path(trial) for trial in self.movements))

    def checked_files(self) -> tuple[Path, ...]:
        """Files whose samples are read before any fit, each once: observed EMG, angle and torque of all trials."""
        angle = [self.kinematics_path(trial) for trial in self.trials if trial.has_angle]
        torque = [self.torque_path(trial) for trial in self.trials if trial.torque_file]
        return tuple(dict.fromkeys([*self.files("observed"), *angle, *torque]))

    def generic_joint(self) -> Joint:
        return load_joint(self.description["joint"])

    def scaled_joint(self) -> Joint:
        """The joint scaled to what was measured on the subject."""
        sizes = {key: self.description[key]["value"] for key in SIZES if key in self.description}
        return scale_joint(self.generic_joint(), sizes)


def read_table(path: Path) -> dict[int, dict[str, str]]:
    """Rows of a small CSV file by their row number in it, without empty cells, empty rows and the byte order mark.

    Raises ValueError where the file is no CSV text.
    """
    table = pd.read_csv(
        path, dtype=str, index_col=False, encoding="utf-8-sig", skipinitialspace=True, skip_blank_lines=False
    )
    rows = {}
    for number, record in enumerate(table.to_dict("records"), start=2):
        cells = {str(key).strip(): value.strip() for key, value in record.items() if isinstance(value, str)}
        row = {key: value for key, value in cells.items() if value}
        if row:
            rows[number] = row
    return rows


def read_description(path: Path) -> Any:
    """Content of a subject.yaml. What was called `arm` before a knee could be one is read as `joint`."""
    description = yaml.safe_load(path.read_text(encoding="utf-8"))
    if isinstance(description, dict) and "arm" in description and "joint" not in description:
        return {"joint" if key == "arm" else key: value for key, value in description.items()}
    return description


NUMBERS = ("rate_hz", "load", "start_s", "end_s")


def with_numbers(row: dict[str, str]) -> dict[str, Any]:
    """Row whose number cells are floats where they can be read as such (the schema names those that cannot)."""

    def number(value: str) -> float | str:
        try:
            return float(value)
        except ValueError:
            return value

    return {key: number(value) if key in NUMBERS else value for key, value in row.items()}


def read_subject(folder: Path, recordings: Path | None = None) -> SubjectFolder:
    """Read a subject folder that `check_folder` has found in order.

    `recordings` is the folder of the signal files where they do not lie in the subject folder itself.
    """
    channels = [with_numbers(row) for row in read_table(folder / "channels.csv").values()]
    trials = [with_numbers(row) for row in read_table(folder / "trials.csv").values()]
    return SubjectFolder(
        folder=folder,
        recordings=recordings or folder,
        description=read_description(folder / "subject.yaml"),
        channels=tuple(Channel(**row) for row in channels),
        trials=tuple(TrialRow(**row) for row in trials),
    )
