"""When two names are the same name: blanks, case and Unicode form do not tell them apart, nor how a mu is typed."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


def fold(text: str) -> str:
    """The text without what two spellings of one name may differ in."""
    return " ".join(unicodedata.normalize("NFKC", text).replace("\u00a0", " ").casefold().split())


def nearest(name: str, known: Iterable[str]) -> str:
    """`'x'? ` for the known name that is most like this one, or nothing where none is."""
    folded = {fold(candidate): candidate for candidate in known}
    found = get_close_matches(fold(name), folded, n=1)
    return f"{folded[found[0]]!r}? " if found else ""


def existing(path: Path) -> Path:
    """The path, or the file beside it whose name differs in nothing but its Unicode form (macOS splits umlauts)."""
    if os.path.exists(path) or not os.path.isdir(path.parent):  # of pathlib's, either raises an error at a long name
        return path
    wanted = unicodedata.normalize("NFC", path.name)
    twins = [p for p in path.parent.iterdir() if unicodedata.normalize("NFC", p.name) == wanted]
    return twins[0] if len(twins) == 1 else path
