"""Which EMG columns become channels: those of one side and of known muscles, each muscle once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from deepemg.joint.definition import load_joint
from deepemg.recordings.importers.names import side_of
from deepemg.recordings.importers.sheets import JOINT
from deepemg.recordings.importers.signal_columns import Found
from deepemg.recordings.importers.signal_trials import Place, Trial


@dataclass(frozen=True)
class Channels:
    """Columns by the names of their channels; `unknown` and `doubled` are labels of EMG that is left out."""

    chosen: dict[str, tuple[Place, Found]]
    side: str | None
    unknown: tuple[str, ...]
    doubled: tuple[str, ...]


def choose_channels(trials: list[Trial]) -> Channels:
    """Channels of all trials together. Where no muscle at all is known, every EMG column asks for its own."""
    found: dict[Place, Found] = {}
    for trial in trials:
        for place, (column, _) in trial.columns.items():
            if column.role == "emg":
                found.setdefault(place, column)
    known = {place: column for place, column in found.items() if column.muscle}
    labels = tuple(column.label for column in known.values())
    sides = {place: side_of(column.label, labels) for place, column in known.items()}
    side = _side(sides)
    kept = {place: column for place, column in known.items() if sides[place] in (side, None)}
    kept, doubled = _each_once(kept)
    other_side = [column.label for place, column in known.items() if sides[place] not in (side, None)]
    unknown = [column.label for column in found.values() if not column.muscle]
    if not known:
        kept, unknown = found, []
    names = _names([column.label for column in kept.values()])
    chosen = dict(zip(names, kept.items(), strict=True))
    return Channels(chosen, side, tuple(dict.fromkeys(unknown)), (*doubled, *other_side))


def _side(sides: dict[Place, str | None]) -> str | None:
    """The side of most channels; the right one where both have as many."""
    count = Counter(side for side in sides.values() if side)
    return max(count, key=lambda side: (count[side], side)) if count else None


def _each_once(columns: dict[Place, Found]) -> tuple[dict[Place, Found], list[str]]:
    """Columns of which no two record one muscle, heads before groups and first ones before later ones."""
    joint = load_joint(JOINT)
    taken: set[str] = set()
    kept = {}
    for place, column in sorted(columns.items(), key=lambda entry: len(joint.members(entry[1].muscle or ""))):
        members = set(joint.members(column.muscle or ""))
        if not members & taken:
            taken |= members
            kept[place] = column
    doubled = [column.label for place, column in columns.items() if place not in kept]
    return {place: column for place, column in columns.items() if place in kept}, doubled


def _names(labels: list[str]) -> list[str]:
    """Names of channels: labels without the words that all begin with, each once."""
    words = [label.split(" ") for label in labels]
    shared = 0
    while len(words) > 1 and len({own[shared] if shared < len(own) else id(own) for own in words}) == 1:
        shared += 1
    names: list[str] = []
    for own in words:
        name = " ".join(own[shared:] or own).replace(";", ",")
        names.append(name if name not in names else f"{name} ({len(names) + 1})")
    return names
