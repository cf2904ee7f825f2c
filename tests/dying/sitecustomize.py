"""On PYTHONPATH, this ends a process in the middle of one of its writes, as the kernel or a lost machine would.

Files that get their name or their bytes below DYING_BELOW are counted over all processes of a command, as bytes in the
file DYING_COUNT. At number DYING_AT the process kills itself: when the file has `half` of its bytes, `before` it takes
its name, or `after` it has. A file that is written under its own name at once is left with half, or not begun.
"""

from __future__ import annotations

import builtins
import io
import os
import shutil
import signal
from typing import Any

BELOW, COUNT = os.environ.get("DYING_BELOW", ""), os.environ.get("DYING_COUNT", "")
AT, WHEN = int(os.environ.get("DYING_AT", "0")), os.environ.get("DYING_WHEN", "")
as_it_opens, as_it_replaces = io.open, os.replace


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def its_turn(path: Any) -> bool:
    """Count a file below the folder; whether it is the one."""
    if not os.path.abspath(os.fsdecode(path)).startswith(f"{BELOW}/"):
        return False
    count = os.open(COUNT, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(count, b".")
    number = os.lseek(count, 0, os.SEEK_CUR)
    os.close(count)
    return number == AT


def replaces(source: Any, target: Any, **folders: Any) -> None:
    now = its_turn(target)
    if now and WHEN == "half" and os.path.isfile(source):
        os.truncate(source, os.path.getsize(source) // 2)
    if now and WHEN != "after":
        die()
    as_it_replaces(source, target, **folders)
    if now:
        die()


class Half(io.FileIO):
    """Writes half of what it is given first, and dies."""

    def write(self, content: Any) -> int:
        os.write(self.fileno(), bytes(content)[: len(content) // 2])
        die()
        return 0


def opens(file: Any, mode: str = "r", *given: Any, **named: Any) -> Any:
    begins = mode[:1] in ("w", "x") and not isinstance(file, int) and not os.fsdecode(file).endswith(".part")
    if not begins or not its_turn(file):
        return as_it_opens(file, mode, *given, **named)
    if WHEN == "before":
        die()
    buffer = io.BufferedWriter(Half(file, mode[:1]))
    return buffer if "b" in mode else io.TextIOWrapper(buffer, encoding="utf-8")


if BELOW:
    os.replace, io.open, builtins.open = replaces, opens, opens
    shutil._USE_CP_SENDFILE = False  # type: ignore[attr-defined]  # copies go through write too
