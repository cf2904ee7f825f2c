"""How far a cell may be from the released one and still count as reproduced, by column, and why.

The bits of a sum depend on how many numbers a processor adds at once. Released fits applied with SSE4.2 or AVX2
instructions in place of AVX-512 gave parameters, lags and coverage to the last bit, errors within 2.2e-5 of their
value, r within 8.7e-6 and R2 within 4.4e-5 of 1 + |R2|; the largest were of `nmm`, whose networks count in single
precision. A fit of `nmm-paper` made anew, 500 epochs of single precision, moved an error by 1.2e-3 of its value and a
parameter by 1.8e-4.

They do not hold everywhere: without AVX in any library, 15 of the 9337 cells of S1 were up to 5 times further away than
tolerated. All are of `nmm` with 4 kg, where excitations reach 1 and are held there: the subject fit has kinks,
and its line search takes another way where the seventh digit of the posterior differs (docs/reproduce.md).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from deepemg.generated_sections import markdown_table


@dataclass(frozen=True)
class Tolerance:
    """|found - released| <= absolute + relative |released|."""

    absolute: float = 0.0
    relative: float = 0.0

    def __str__(self) -> str:
        parts = [f"{self.absolute:g}"] if self.absolute else []
        parts += [f"{self.relative:g} of the value"] if self.relative else []
        return " + ".join(parts) or "none"


@dataclass(frozen=True)
class Allowed:
    """Tolerance of the released fits applied, and of fits made anew; and the reason."""

    applied: Tolerance
    refit: Tolerance
    reason: str


EXACT = Allowed(Tolerance(), Tolerance(), "Read, counted or written, not computed.")
SCALED = Allowed(Tolerance(relative=1e-12), Tolerance(relative=1e-12), "Products of sizes in double precision.")
SCORE = Allowed(
    Tolerance(1e-6, 1e-4),
    Tolerance(1e-6, 1e-2),
    "Five times the largest difference between instruction sets (ten times, made anew); one in a million of MVC or N m "
    "where a method leaves no error but rounding.",
)
SLOPE = Allowed(
    Tolerance(1e-4, 1e-4), Tolerance(1e-2, 1e-2), "A correlation times a ratio of spreads; five times what was seen."
)
BIAS = Allowed(
    Tolerance(2e-4), Tolerance(2e-2), "A difference of two means over one of them; five times what was seen (3.5e-5)."
)
OF_COLUMN = {
    ("parameters", "personal"): Allowed(
        Tolerance(relative=1e-12), Tolerance(relative=1e-3), "Stands in the fit; made anew, as the fit goes."
    ),
    ("parameters", "sd"): Allowed(
        Tolerance(relative=1e-12), Tolerance(relative=1e-5), "Stands in the fit; made anew, what the networks give."
    ),
    ("torque", "r2"): (
        R2 := Allowed(
            Tolerance(2e-4, 2e-4),
            Tolerance(2e-2, 2e-2),
            "1 - R2 goes with the square of an error: twice its tolerance.",
        )
    ),
    ("deep_emg", "r2"): R2,
    ("torque", "r"): (R := Allowed(Tolerance(5e-5), Tolerance(5e-3), "Between -1 and 1; five times what was seen.")),
    ("deep_emg", "r"): R,
    ("deep_emg", "lag_ms"): Allowed(
        Tolerance(10), Tolerance(10), "One sample: the peak of a correlation may lie between two."
    ),
    ("deep_emg", "coverage90"): Allowed(
        Tolerance(0.00125),
        Tolerance(0.0025),
        "One sample (two, made anew) of 800, on the edge of the band: no trial is shorter.",
    ),
    ("deep_emg", "slope"): SLOPE,
    ("deep_emg_by_phase", "samples"): Allowed(Tolerance(1), Tolerance(1), "One sample, on the edge of a phase."),
    ("deep_emg_by_phase", "bias"): BIAS,
    ("deep_emg_by_phase", "bias_without_level"): BIAS,
}
OTHERS = "all other scores"
OF_TABLE = {"subjects": EXACT, "parameters": SCALED}


def allowed(table: str, column: str) -> Allowed:
    """What a column of a table is allowed. Text has to be equal in any case."""
    return OF_COLUMN.get((table, column), OF_TABLE.get(table, SCORE))


def tolerances_markdown(seen: Mapping[tuple[str, str], float]) -> str:
    """The tolerances as a table, for docs/reproduce.md, with the largest difference that was seen over each.

    `seen` is by column, as `torque.csv r2`, and fits (released, made anew).
    """
    known = {f"`{table}.csv` {column}": one for (table, column), one in OF_COLUMN.items()}
    known |= {f"`{table}.csv`, the others": one for table, one in OF_TABLE.items()}
    known |= {OTHERS: SCORE}
    rows = []
    for name, one in known.items():
        row = {"column": name, "released fits applied": one.applied}
        row |= {"seen": _largest(seen, name, "released"), "fits made anew": one.refit}
        rows.append(row | {"seen ": _largest(seen, name, "made anew"), "why": one.reason})
    return markdown_table(pd.DataFrame(rows))


def _largest(seen: Mapping[tuple[str, str], float], name: str, fits: str) -> str:
    """The largest difference over its tolerance among the columns that a row of the table is about."""
    found = [share for (column, of), share in seen.items() if of == fits and _row_of(column) == name]
    return f"{max(found):.2g}" if found else ""


def _row_of(column: str) -> str:
    """The row of the table that tells of a column, as `torque.csv r2`."""
    table, name = column.split(".csv ")
    if (table, name) in OF_COLUMN:
        return f"`{table}.csv` {name}"
    return f"`{table}.csv`, the others" if table in OF_TABLE else OTHERS
