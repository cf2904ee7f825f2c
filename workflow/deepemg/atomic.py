"""Write a file aside and rename it, so that nothing half-written ever stands under a final name."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_aside(path: str | Path) -> Iterator[Path]:
    """Path to write to; it takes the final name when the block ends well, and goes away when it does not."""
    final = Path(path)
    aside = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        yield aside
        os.replace(aside, final)
    finally:
        aside.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Remove what processes that were killed left half-written below a folder; nothing of one that still lives."""
    for aside in folder.rglob(".*.part"):
        written_by = re.fullmatch(r"\..+\.(\d+)\.part", aside.name)
        if written_by and not _lives(int(written_by[1])):
            aside.unlink(missing_ok=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # of another user
        return True
    return True
