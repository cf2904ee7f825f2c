"""When two names are the same name: blanks, case and Unicode form do not tell them apart, nor how a mu is typed."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path

SHOWN = 60  # letters of what a file holds that are told
COMMANDS = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


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


def printable(text: str) -> str:
    """A text with what would command a terminal, end a line or turn the direction of writing as its escape."""
    return COMMANDS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def listed(names: Sequence[str], most: int = 30) -> str:
    """Names with commas between them, none beyond a line's length; the first ones where they are many."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"{', '.join(map(cut, names[:most]))}{more}"


def names_in(folder: Path) -> list[str]:
    """Names of what lies in a folder; none where it cannot be looked into."""
    try:
        return sorted(os.listdir(folder))
    except OSError:
        return []


def existing(path: Path) -> Path:
    """The path, or the file beside it whose name differs in nothing but its Unicode form (macOS splits umlauts)."""
    if os.path.exists(path):  # of pathlib's, either raises an error at a long name
        return path
    if not os.path.isdir(path.parent):
        parent = path.parent if path.parent == path else existing(path.parent)
        return path if parent == path.parent else existing(parent / path.name)
    wanted = unicodedata.normalize("NFC", path.name)
    twins = [name for name in names_in(path.parent) if unicodedata.normalize("NFC", name) == wanted]
    return path.parent / twins[0] if len(twins) == 1 else path
