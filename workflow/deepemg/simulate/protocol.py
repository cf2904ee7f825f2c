"""What every subject of a cohort does: movements with loads, maximal and submaximal isometric efforts, rest."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

import numpy as np

from deepemg.simulate.assumptions import Assumptions


@dataclass(frozen=True)
class Movement:
    """Repetitions of a task with a load in the hand.

    `period_ratio` is that to the subject's own period, `bend` (deg) raises its lower turning point.
    """

    name: str
    task: str
    load_kg: float
    split: Literal["train", "test"]
    repetitions: int
    period_ratio: float = 1.0
    bend: float = 0.0
    posture: str | None = None
    role: ClassVar[str] = "movement"


@dataclass(frozen=True)
class Isometric:
    """An effort at a fixed angle: `level` is the share of the full strength, None = as much as the subject can.

    `dynamometer` tells whether its torque is recorded.
    """

    name: str
    role: Literal["mvc", "hold"]
    action: Literal["flexor", "extensor"]
    angle_deg: float
    level: float | None
    dynamometer: bool


@dataclass(frozen=True)
class Rest:
    """The relaxed arm."""

    name: str
    duration_s: float
    role: ClassVar[str] = "rest"


Trial = Movement | Isometric | Rest
Streams = Callable[[str], np.random.Generator]  # random numbers of one trial, by what they are for


def trials_of(tier: str, assumptions: Assumptions) -> tuple[Trial, ...]:
    """Every trial of a subject: the tier's tasks at each load, then the isometric efforts, then rest."""
    rest = Rest("rest", assumptions["protocol"]["rest"])
    return (*movements(assumptions["tiers"][tier]["tasks"], assumptions), *isometric_trials(assumptions), rest)


def movements(tasks: Sequence[str], assumptions: Assumptions) -> tuple[Movement, ...]:
    """A train and a test trial of each task at each load; the first task gives its name to no file."""
    protocol = assumptions["protocol"]
    splits: tuple[Literal["train", "test"], ...] = ("train", "test")
    return tuple(
        Movement(
            name="_".join([f"{load:g}kg", *([task] if task != tasks[0] else []), split]),
            task=task,
            load_kg=float(load),
            split=split,
            repetitions=protocol[f"{split}_repetitions"],
            **assumptions["tasks"][task],
        )
        for task in tasks
        for load in protocol["loads"]
        for split in splits
    )


def with_isometric(assumptions: Assumptions, efforts: Mapping[str, Mapping[str, Any]]) -> Assumptions:
    """The assumptions with other isometric efforts in place of those there are, as `protocol: isometric` has them."""
    return {**assumptions, "protocol": {**assumptions["protocol"], "isometric": efforts}}


def isometric_trials(assumptions: Assumptions) -> tuple[Isometric, ...]:
    """The isometric efforts; the last ones of each kind are made on the dynamometer."""
    efforts = []
    for name, entry in assumptions["protocol"]["isometric"].items():
        for number in range(1, entry["trials"] + 1):
            efforts.append(
                Isometric(
                    name=f"{name}_{number}",
                    role=entry["role"],
                    action=entry["action"],
                    angle_deg=entry["angle"],
                    level=entry["level"],
                    dynamometer=number > entry["trials"] - entry["on_dynamometer"],
                )
            )
    return tuple(efforts)
