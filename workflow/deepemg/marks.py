"""The part of a document that is made by a command, between two marks."""

from __future__ import annotations


def between_marks(text: str, start: str, end: str, content: str) -> str:
    """`text` with `content` between the marks. Raises ValueError where a mark is missing."""
    before, found_start, rest = text.partition(start)
    _, found_end, after = rest.partition(end)
    if not (found_start and found_end):
        raise ValueError(f"the document has lost one of its marks {start!r} and {end!r}")
    return f"{before}{start}\n{content}\n{end}{after}"
