"""A folder that takes long to make: aside until all of it is there, so that its name stands for a whole one.

The name aside tells what is made in it. So the same work goes on in it after a kill, and no other work does; and a
folder that somebody else made is never written into.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from deepemg.atomic import sweep, take_name


def folder_aside(final: Path, made_of: str) -> Path:
    """The hidden folder beside `final` in which it is made; `made_of` tells what from."""
    digest = hashlib.sha256(made_of.encode()).hexdigest()[:8]
    return final.with_name(f".{final.name}.{digest}.part")


def is_free(final: Path) -> bool:
    """Whether a folder can take this place: nothing is there, or an empty folder."""
    return not final.exists() if not final.is_dir() else not any(final.iterdir())


def put_in_place(aside: Path, final: Path) -> None:
    """Give a finished folder its name; files that a kill left half-written in it go.

    Raises OSError where other files are.
    """
    sweep(aside)
    if aside != final:
        take_name(aside, final)
