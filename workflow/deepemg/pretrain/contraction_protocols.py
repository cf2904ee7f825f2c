"""Isometric contractions that a lab may record beside its curls: which, in what order, and how long they take."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import yaml

from deepemg.generated_sections import markdown_table

Pull = Literal["flexion", "extension"]
Forearm = Literal["supinated", "pronated"]
MAXIMAL = "max"


@dataclass(frozen=True)
class PlannedContraction:
    """A maximal contraction (`level` None), or a hold at a share of the maximal torque.

    `torque` says that it is measured, `angle_noted` that anything but the level of the EMG is told by it, `climbs` that
    it follows the one before at once: the next level of a slow ramp.
    """

    pull: Pull
    angle_deg: float
    level: float | None
    forearm: Forearm = "supinated"
    torque: bool = True
    angle_noted: bool = True
    climbs: bool = False

    @property
    def role(self) -> Literal["mvc", "hold"]:
        """As in trials.csv."""
        return "mvc" if self.level is None else "hold"

    @property
    def trial(self) -> str:
        """A name for trials.csv, such as hold_flexion_90deg_30."""
        parts = [self.role, self.pull, f"{self.angle_deg:g}deg"]
        parts += [] if self.level is None else [f"{100 * self.level:g}"]
        return "_".join(parts if self.forearm == "supinated" else [*parts, self.forearm])


@dataclass(frozen=True)
class ContractionProtocol:
    """What is done, in this order. `line` joins protocols of a kind in the figure, `about` (minutes) those that compete
    at equal time.
    """

    name: str
    line: str
    contractions: tuple[PlannedContraction, ...]
    about: float | None

    @property
    def read(self) -> tuple[PlannedContraction, ...]:
        """Those that `nmm` reads: where some have torque, the others would say the same again."""
        noted = tuple(c for c in self.contractions if c.angle_noted)
        return tuple(c for c in noted if c.torque) or noted


@dataclass(frozen=True)
class Timed:
    """A contraction and when it begins, ends, and has been rested from, in s."""

    contraction: PlannedContraction
    start_s: float
    end_s: float
    rested_s: float


@cache
def _declared() -> dict[str, Any]:
    return dict(yaml.safe_load((Path(__file__).parent / "contraction_protocols.yaml").read_text()))


def read_aim() -> dict[str, float]:
    """How nearly a subject does what was planned: angle_sd (deg), level (share of it, plus and minus)."""
    return dict(_declared()["aim"])


def read_protocols() -> tuple[ContractionProtocol, ...]:
    """The protocols of contraction_protocols.yaml."""
    return tuple(
        ContractionProtocol(entry["name"], entry["line"], contractions_of(entry["contractions"]), entry.get("about"))
        for entry in _declared()["protocols"]
    )


def compared_with() -> dict[str, str]:
    """Names of the protocols that others are compared with: none, usual."""
    return dict(_declared()["compared_with"])


def recommended_protocols() -> dict[str, ContractionProtocol]:
    """The protocols that labs are told, by what they are called on the command line."""
    known = {protocol.name: protocol for protocol in read_protocols()}
    return {key: known[name] for key, name in _declared()["recommended"].items()}


def recommended_protocol(key: str) -> ContractionProtocol:
    """One of the recommended protocols. Raises ValueError for another name."""
    known = recommended_protocols()
    if key not in known:
        raise ValueError(f"no contraction protocol called {key!r}; there are {', '.join(known)}")
    return known[key]


def contractions_of(entries: list[dict[str, Any]]) -> tuple[PlannedContraction, ...]:
    """All contractions of the entries of a protocol, in their order: by angle, pull, forearm, then level."""
    found = []
    for entry in entries:
        each = product(entry["angle"], entry["pull"], entry.get("forearm", ["supinated"]), enumerate(entry["level"]))
        for angle, pull, forearm, (place, level) in each:
            found.append(
                PlannedContraction(
                    pull=pull,
                    angle_deg=float(angle),
                    level=None if level == MAXIMAL else float(level),
                    forearm=forearm,
                    torque=entry.get("torque", True),
                    angle_noted=entry.get("angle_noted", True),
                    climbs=entry.get("ramp", False) and place > 0,
                )
            )
    return tuple(found)


def timetable(contractions: tuple[PlannedContraction, ...]) -> tuple[Timed, ...]:
    """When each contraction is done, by the rule of contraction_protocols.yaml: one after the other, as soon as its own
    muscles have rested and the next one is set up.
    """
    time, rested, done = _declared()["time"], {"flexion": 0.0, "extension": 0.0}, list[Timed]()
    ramps = [c.climbs for c in contractions]
    for place, c in enumerate(contractions):
        kind = time["maximal"] if c.level is None else next(k for k in time["holds"] if c.level <= k["up_to"])
        on_a_ramp = c.climbs or ramps[place + 1 : place + 2] == [True]
        start = done[-1].end_s if c.climbs else max([rested[c.pull], *(_set_up(d, c) for d in done[-1:])])
        end = start + (time["step"] if on_a_ramp else kind["effort"])
        rested[c.pull] = end + kind["rest"]
        done.append(Timed(c, start, end, rested[c.pull]))
    return tuple(done)


def _set_up(last: Timed, following: PlannedContraction) -> float:
    """When the next contraction has been set up (s)."""
    time, before = _declared()["time"], last.contraction
    same = (before.angle_deg, before.forearm) == (following.angle_deg, following.forearm)
    return float(last.end_s + time["change" if same else "new_angle"])


def minutes(protocol: ContractionProtocol) -> float:
    """How long a protocol takes, the last rest included."""
    return max(timed.rested_s for timed in timetable(protocol.contractions)) / 60


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def instructions(protocol: ContractionProtocol) -> str:
    """A protocol minute by minute, as a table."""
    done = timetable(protocol.contractions)
    rows = []
    for timed in done:
        c = timed.contraction
        rows.append(
            {
                "at (min:s)": _clock(timed.start_s),
                "pull": c.pull,
                "elbow (deg)": f"{c.angle_deg:g}",
                "how hard": "as hard as possible" if c.level is None else f"{100 * c.level:g} % of MVC torque",
                "palm": "up" if c.forearm == "supinated" else "down",
                "for (s)": f"{timed.end_s - timed.start_s:g}",
                "`trial`": f"`{c.trial}`",
            }
        )
    return markdown_table(pd.DataFrame(rows))


def instruction_sections() -> dict[str, str]:
    """The sections of docs/add-a-subject.md: every recommended protocol."""
    return {
        key: f"{protocol.name}. It takes {minutes(protocol):.1f} minutes, the last rest included.\n\n"
        + instructions(protocol)
        for key, protocol in recommended_protocols().items()
    }
