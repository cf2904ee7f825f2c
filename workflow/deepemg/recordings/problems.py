"""What is wrong with a recording, said in one line: where, what was found, what was expected, how to fix it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml

from deepemg.recordings.spelling import printable

Level = Literal["red", "amber"]
EXPLANATIONS = Path(__file__).parent / "explanations.yaml"


@cache
def explanations() -> dict[str, dict[str, Any]]:
    """title, level and help of every id."""
    return dict(yaml.safe_load(EXPLANATIONS.read_text(encoding="utf-8")))


def level_of(identity: str) -> Level:
    """red: the recording is refused; amber: it can be used, and this should be looked at."""
    return "amber" if explanations()[identity]["level"] == "amber" else "red"


@dataclass(frozen=True)
class Problem:
    """One finding. `id` is stable, `place` names the file and, where known, the row or column.

    What cannot be printed in one line stands in it as its escape.

    `subject` is what of the recording it is about (a channel, the angle, a trial), where it is about one.
    """

    id: str
    place: str
    found: str
    expected: str
    fix: str
    about: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for part in ("place", "found", "expected", "fix"):  # names out of files stand in them
            object.__setattr__(self, part, printable(getattr(self, part)))

    def __str__(self) -> str:
        end = "" if self.fix.endswith("?") else "."
        return f"{self.id} {self.place}: found {self.found}; expected {self.expected}. Fix: {self.fix}{end}"

    @property
    def level(self) -> Level:
        """red or amber, by the id."""
        return level_of(self.id)


def place_in_files(paths: Sequence[Path], label: str) -> str:
    """Place of a problem that several files share: the first file, how many more, and what in them."""
    different = list(dict.fromkeys(paths))
    more = f" and {len(different) - 1} more file{'s' * (len(different) > 2)}" if len(different) > 1 else ""
    return f"{different[0]}{more}, {label}"


def one_line_each(problems: Iterable[Problem]) -> list[Problem]:
    """The same cause in one line: problems that differ in nothing but their place, which then counts the others."""
    groups: dict[tuple[str, str, str, str], list[Problem]] = {}
    for problem in problems:
        groups.setdefault((problem.id, problem.found, problem.expected, problem.fix), []).append(problem)
    merged = []
    for same in groups.values():
        places = list(dict.fromkeys(problem.place for problem in same))
        about = tuple(dict.fromkeys(name for problem in same for name in problem.about))
        more = "" if len(places) < 3 else "s"
        place = places[0] if len(places) == 1 else f"{places[0]} and {len(places) - 1} more place{more}"
        merged.append(replace(same[0], place=place, about=about))
    return merged


class RecordingError(ValueError):
    """Raised with every problem of a recording at once."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(one_line_each(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))
