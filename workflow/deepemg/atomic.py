"""Make a file or a folder aside and rename it, so that nothing half-made ever stands under a final name.

Not after a power loss either: content goes to the disk before its name does. On a busy virtual disk a file of 20 kB
took 27 to 30 ms so, and 4 to 8 ms without (medians of 300, twice). A job writes some files and imports for seconds, so
this is done for all files alike.
"""

from __future__ import annotations

import errno
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

    What a process that was killed left half-written of the same file goes too. An OSError that knows no file, as that
    of a full disk, gets the name of this one.
    """
    final = Path(path)
    aside = final.with_name(f".{final.name}.{os.getpid()}.part")
    _sweep(final.parent.glob(f".{escape(final.name)}.*.part"))
    try:
        yield aside
        take_name(aside, final)
    except OSError as error:
        if error.errno is not None and error.filename in (None, str(aside)):
            error.filename = str(final)
        raise
    finally:
        aside.unlink(missing_ok=True)


def copy_aside(source: Path, target: Path) -> None:
    """Copy a file; the copy takes its name when all of it is there."""
    with written_aside(target) as aside:
        shutil.copyfile(source, aside)


def take_name(aside: Path, final: Path) -> None:
    """Rename what was made aside, a file or a folder with all in it: after a power loss it is whole or not there.

    Raises OSError, also where the disk has no room for what is still in memory.
    """
    for path in (aside, *aside.rglob("*")):
        to_disk(path)
    os.replace(aside, final)
    to_disk(final.parent)


def to_disk(path: Path) -> None:
    """Return when the content of a file, or the names in a folder, are on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP):  # what some network drives say of a folder
            raise
    finally:
        os.close(descriptor)


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
