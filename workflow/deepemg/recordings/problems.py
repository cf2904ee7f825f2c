"""What is wrong with a recording, said in one line: where, what was found, what was expected, how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Problem:
    """One finding. `id` is stable, `place` names the file and, where known, the row or column."""

    id: str
    place: str
    found: str
    expected: str
    fix: str

    def __str__(self) -> str:
        return f"{self.id} {self.place}: found {self.found}; expected {self.expected}. Fix: {self.fix}."


class RecordingError(ValueError):
    """Raised with every problem of a recording at once."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
