"""Write a file aside and rename it, so that nothing half-written ever stands under a final name."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path


@contextmanager
def written_aside(path: str | Path) -> Iterator[Path]:
    """Path to write to; it takes the final name when the block ends well, and goes away when it does not.

    What a process that was killed left half-written of the same file goes too.
    """
    final = Path(path)
    aside = final.with_name(f".{final.name}.{os.getpid()}.part")
    _sweep(final.parent.glob(f".{escape(final.name)}.*.part"))
    try:
        yield aside
        os.replace(aside, final)
    finally:
        aside.unlink(missing_ok=True)


def copy_aside(source: Path, target: Path) -> None:
    """Copy a file; the copy takes its name when all of it is there."""
    with written_aside(target) as aside:
        shutil.copyfile(source, aside)


def sweep(folder: Path) -> None:
    """Remove what processes that were killed left half-written below a folder; nothing of one that still lives."""
    _sweep(folder.rglob(".*.part"))


def _sweep(found: Iterable[Path]) -> None:
    for aside in found:
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
