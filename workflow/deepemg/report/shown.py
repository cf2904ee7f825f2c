"""Which trials a page shows: those that were tested, or all where none was put aside for a test."""

from __future__ import annotations

import pandas as pd


def shown(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the test trials by the column split; all rows where there are none."""
    tests = table[table["split"] == "test"]
    return tests if len(tests) else table
