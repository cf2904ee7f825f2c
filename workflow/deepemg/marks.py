"""The part of a document that is made by a command, between two marks, and the tables in it."""

from __future__ import annotations

import pandas as pd


def between_marks(text: str, start: str, end: str, content: str) -> str:
    """`text` with `content` between the marks. Raises ValueError where a mark is missing."""
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise ValueError(f"the document has lost one of its marks {start!r} and {end!r}")
    return f"{before}{start}\n{content}\n{end}{after}"


def markdown_table(table: pd.DataFrame) -> str:
    """The table in Markdown, without its index."""
    lines = [table.columns, ["---"] * len(table.columns), *table.astype(str).to_numpy()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
