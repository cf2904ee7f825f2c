"""The elbow's angle in a recording: a column of it, or three spots of the arm among the markers."""

from __future__ import annotations

import re

from deepemg.recordings.importers.names import side_of, spellings, words
from deepemg.recordings.importers.signal_channels import Channels
from deepemg.recordings.importers.signal_trials import Place, Trial


def angle_places(channels: Channels, trials: list[Trial]) -> list[Place]:
    """The columns that are most plainly the elbow's angle, on the side of the muscles and in the most trials."""
    scores: dict[Place, tuple[int, int, int]] = {}
    for trial in trials:
        for place, (column, _) in trial.columns.items():
            if column.role == "angle":
                side = side_of(column.label)
                beside = 0 if side is None or channels.side is None else 1 if side == channels.side else -1
                times = scores[place][2] if place in scores else 0
                scores[place] = (column.score, beside, times + 1)
    return [place for place, score in scores.items() if score == max(scores.values())]


def find_markers(names: tuple[str, ...], side: str | None) -> dict[str, str | list[str]] | None:
    """The key `markers` of subject.yaml, or None where one of the three spots has no marker, or several.

    Where a spot has a marker on both sides, it is that of `side`.
    """
    found: dict[str, str | list[str]] = {}
    for spot, alternatives in words()["markers"].items():
        for patterns in alternatives:
            fitting = [_one(names, pattern, side) for pattern in patterns]
            good = [name for name in fitting if name is not None]
            if len(good) == len(patterns):
                found[spot] = good[0] if len(good) == 1 else good
                break
        else:
            return None
    return found


def _one(names: tuple[str, ...], pattern: str, side: str | None) -> str | None:
    """The one name that fits, with or without the letter of a side before it."""
    fitting = [name for name in names if any(re.fullmatch(rf"(?:[rl] ?)?(?:{pattern})", t) for t in spellings(name))]
    if len(fitting) > 1 and side:
        fitting = [name for name in fitting if spellings(name)[0].startswith(side[0])]
    return fitting[0] if len(fitting) == 1 else None
