"""How far a cell may be from the released one and still count as reproduced, by column, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Tolerance:
    """|found - released| <= absolute + relative |released|; the reason is told in docs/reproduce.md."""

    absolute: float
    relative: float
    reason: str

    def __str__(self) -> str:
        parts = [f"{self.absolute:g}"] if self.absolute else []
        parts += [f"{self.relative:g} of the value"] if self.relative else []
        return " + ".join(parts) or "none"


SCORE = Tolerance(1e-6, 1e-6, "TODO")
NONE = Tolerance(0, 0, "Text, and numbers that are read or counted and not computed.")
OF_COLUMN: dict[tuple[str, str], Tolerance] = {}


def tolerance_of(table: str, column: str) -> Tolerance:
    """The tolerance of a column of a table."""
    return OF_COLUMN.get((table, column), SCORE)
