"""The part of a document that is made by a command, between two marks, and the tables in it."""

from __future__ import annotations

import pandas as pd

START = "<!-- {name}: made by `deepemg docs`; edit nothing here -->"
END = "<!-- end of {name} -->"


def with_section(text: str, name: str, content: str) -> str:
    """`text` with `content` between the marks of a section. Raises ValueError where a mark is missing."""
    start, end = START.format(name=name), END.format(name=name)
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise ValueError(f"the document has lost one of the marks {start!r} and {end!r}")
    return f"{before}{start}\n{content}\n{end}{after}"


def has_section(text: str, name: str) -> bool:
    """Whether a document has the section."""
    return START.format(name=name) in text


def markdown_table(table: pd.DataFrame) -> str:
    """The table in Markdown, without its index."""
    lines = [table.columns, ["---"] * len(table.columns), *table.astype(str).to_numpy()]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
