"""A table on the screen."""

from __future__ import annotations

import pandas as pd
from rich.table import Table


def rich_table(frame: pd.DataFrame, title: str) -> Table:
    """The frame without its index; numbers with three significant digits."""
    table = Table(title=title, title_justify="left")
    for column in frame.columns:
        table.add_column(str(column), justify="right" if pd.api.types.is_numeric_dtype(frame[column]) else "left")
    for row in frame.itertuples(index=False):
        table.add_row(*(f"{cell:.3g}" if isinstance(cell, float) else str(cell) for cell in row))
    return table
