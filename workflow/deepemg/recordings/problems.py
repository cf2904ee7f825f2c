"""What is wrong with a recording, said in one line: where, what was found, what was expected, how to fix it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


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


def place_in_files(paths: Sequence[Path], label: str) -> str:
    """Place of a problem that several files share: the first file, how many more, and what in them."""
    more = f" and {len(paths) - 1} more files" if len(paths) > 1 else ""
    return f"{paths[0]}{more}, {label}"


class RecordingError(ValueError):
    """Raised with every problem of a recording at once."""

    def __init__(self, problems: Sequence[Problem]):
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
