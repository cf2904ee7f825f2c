"""Texts of users in tables that a spreadsheet opens: none of them is a formula there.

What begins like one gets an apostrophe before it, the sign of a text in spreadsheets (OWASP, CSV injection).
"""

from __future__ import annotations

import re

import pandas as pd

FORMULA = re.compile(r"[=@\t\r\n]|[+-](?![\s\d.,]*(e[+-]?\d+)?%?$)", re.I)
ESCAPED = re.compile(rf"'(?={FORMULA.pattern})", re.I)


def as_text(cell: str) -> str:
    """A cell that no spreadsheet computes."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def as_written(cell: str) -> str:
    """The cell that `as_text` was given."""
    return cell[1:] if ESCAPED.match(cell) else cell


def without_formulas(table: pd.DataFrame) -> pd.DataFrame:
    """A table whose texts are `as_text`; numbers and names of columns stay."""
    return table.map(lambda cell: as_text(cell) if isinstance(cell, str) else cell)
