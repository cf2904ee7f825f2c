"""What tests of kills need: the processes of a session, and patience."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path


def processes_of(session: int) -> list[int]:
    """Ids of the processes of a session that are alive (of Linux's /proc), whoever their parent is now."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, _, of = stat.read_text().rpartition(")")[2].split()[:4]
        except (FileNotFoundError, ProcessLookupError):  # it ended just now
            continue
        if int(of) == session and state != "Z":
            found.append(int(stat.parent.name))
    return found


def waits_for(seen: Callable[[], bool], seconds: float = 300) -> None:
    """Return as soon as something is seen. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > until:
            raise TimeoutError(f"not seen within {seconds:g} s")
        time.sleep(0.05)
