"""When two names are the same name: blanks, case and Unicode form do not tell them apart, nor how a mu is typed."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

SHOWN = 60  # letters of what a file holds that are told


def fold(text: str) -> str:
    """The text without what two spellings of one name may differ in."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u00a0", " ").casefold().split())


def nearest(name: str, known: Iterable[str]) -> str:
    """`'x'? ` for the known name that is most like this one, or nothing where none is."""
    folded = {fold(candidate): candidate for candidate in known}
    found = get_close_matches(fold(name), folded, n=1)
    return f"{folded[found[0]]!r}? " if found else ""


def cut(text: str) -> str:
    """A text without what is beyond a line's length."""
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}..."


def short(text: str) -> str:
    """The same, in quotes."""
    return repr(cut(text))


def existing(path: Path) -> Path:
    """The path, or the file beside it whose name differs in nothing but its Unicode form (macOS splits umlauts)."""
    if os.path.exists(path):  # of pathlib's, either raises an error at a long name
        return path
    if not os.path.isdir(path.parent):
        parent = path.parent if path.parent == path else existing(path.parent)
        return path if parent == path.parent else existing(parent / path.name)
    wanted = unicodedata.normalize("NFC", path.name)
    twins = [p for p in path.parent.iterdir() if unicodedata.normalize("NFC", p.name) == wanted]
    return twins[0] if len(twins) == 1 else path
