"""What a column of a signal file may be: EMG of a muscle, the elbow's angle, torque or something else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.extract import matching
from deepemg.recordings.importers.names import angle_score, muscle_of, says, words
from deepemg.recordings.spelling import fold
from deepemg.recordings.units import canonical

NAMELESS = re.compile(r"(values?|data|signals?|amplitude|y|[xyz]|\d+)?( ?[(\[].*)?")  # the file's name then says more
VOLTS = ("V", "mV", "uV", "nV")
SENSOR = re.compile(r"emg|acc|gyr|mag|channel|sensor|\d$", re.I)  # behind a colon: then the sensor's name is before it
SLOW_HZ = 250.0  # no raw EMG is sampled as slowly


@dataclass(frozen=True, eq=False)
class Found:
    """A column: what it is called (`label`), how channels.csv names it (`reference`), and what it seems to be."""

    role: Literal["emg", "angle", "torque", "other"]
    label: str
    reference: str
    unit: str
    muscle: str | None = None
    rate_hz: float | None = None
    score: int = 0

    @property
    def kind(self) -> Literal["raw", "envelope"]:
        """raw, unless unit, rate or name say that it was processed."""
        slow = self.rate_hz is not None and self.rate_hz < SLOW_HZ
        return "envelope" if self.unit in ("1", "%") or slow or says(self.label, words()["envelope"]) else "raw"


def classified(contents: Contents, number: int, named_after: Path | None) -> Found:
    """The column of this number; `named_after` is the file of a single signal, whose name may say more."""
    column = contents.columns[number]
    label = label_of(column)
    if named_after is not None and NAMELESS.fullmatch(fold(label)):
        label = signal_name(named_after)
    written = column.unit or ""
    unit, angle_unit = canonical(written, "emg"), canonical(written, "angle")
    reference, muscle = reference_of(contents, number), muscle_of(label)
    rate = column.rate_hz
    if angle_unit or not written:
        score = angle_score(label)
        if score:
            return Found("angle", label, reference, angle_unit or "", rate_hz=rate, score=score)
    known_size = not written or unit is not None
    if known_size and (muscle or unit in VOLTS or says(label, words()["emg"])):
        return Found("emg", label, reference, unit or "", muscle, rate)
    role: Literal["torque", "other"] = "torque" if canonical(written, "torque") else "other"
    return Found(role, label, reference, written, rate_hz=rate)


def signal_name(place: Path) -> str:
    """Name of a signal file without its endings; two dots before the ending belong to the name."""
    name = place.name
    for ending in (".gz", place.suffix if place.suffix != ".gz" else Path(place.stem).suffix):
        name = name.removesuffix(ending) if ending else name
    return name


def label_of(column: Column) -> str:
    """The column's name with that of its sensor, and without a subject's before a colon or a unit behind it."""
    _, colon, behind = column.name.partition(":")
    name = behind.strip() if colon and not SENSOR.search(behind) else column.name.strip()
    unit = re.escape(column.unit) if column.unit else r"[^\w]"
    name = re.sub(rf"\s*[(\[,]\s*{unit}\s*[)\]]?$", "", name)
    return f"{column.source}: {name}" if column.source and fold(column.source) != fold(name) else name


def reference_of(contents: Contents, number: int) -> str:
    """How a sheet names this column: by its name, with its sensor's, or as #3 where neither is its alone."""
    column = contents.columns[number]
    private = ":" in column.name and not SENSOR.search(column.name.partition(":")[2])
    names = [column.name.strip(), f"{column.source}: {column.name.strip()}" if column.source else ""]
    for name in names:
        if name and not private and matching(contents.columns, name) == [column]:
            return name
    return f"#{number + 1}"
