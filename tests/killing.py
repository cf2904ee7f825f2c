"""What tests of kills need: the processes of a session, ways to end them, and patience."""

from __future__ import annotations

import os
import resource
import signal
import time
from collections.abc import Callable
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processes_of(session: int) -> list[int]:
    """Ids of the processes of a session that are alive (of Linux's /proc), whoever their parent is now."""
    return [process for process, state, _ in _of(session) if state != "Z"]


def cpu_of(session: int) -> float:
    """CPU time (s) that the processes of a session took until now, with those of their children that have ended."""
    return sum(seconds for _, _, seconds in _of(session))


def _of(session: int) -> list[tuple[int, str, float]]:
    """Of the processes of a session: id, state, and CPU time (s) with that of children that have ended."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except (FileNotFoundError, ProcessLookupError):  # it ended just now
            continue
        if int(fields[3]) == session:
            found.append((int(stat.parent.name), fields[0], sum(map(int, fields[11:15])) / TICKS))
    return found


def waits_for(seen: Callable[[], bool], seconds: float = 300) -> None:
    """Return as soon as something is seen. Raises TimeoutError."""
    until = time.monotonic() + seconds
    while not seen():
        if time.monotonic() > until:
            raise TimeoutError(f"not seen within {seconds:g} s")
        time.sleep(0.05)


# Ways to end the processes of a session; the first of them, with its number, began it.


def kill_all(session: int) -> None:
    """As a lost machine, or a batch system that has lost patience."""
    while alive := processes_of(session):
        for process in alive:
            _send(process, signal.SIGKILL)


def kill_first(session: int) -> None:
    """As `kill -9`: nobody tells its children."""
    _send(session, signal.SIGKILL)


def kill_largest(session: int) -> None:
    """As the kernel, when the machine has no memory left: the process that has most of it goes."""
    _send(max(processes_of(session), key=lambda process: _pages(process, 1), default=session), signal.SIGKILL)


def give_no_memory(session: int) -> None:
    """As a machine without any left: what each process has now is the most that it may have (RLIMIT_AS)."""
    for process in processes_of(session):
        size = _pages(process, 0) * resource.getpagesize()
        if size:
            resource.prlimit(process, resource.RLIMIT_AS, (size, size))


def terminate(session: int) -> None:
    """As `kill`: the first process is asked to end."""
    _send(session, signal.SIGTERM)


def interrupt(session: int) -> None:
    """As Ctrl-C in a terminal: all of them."""
    os.killpg(session, signal.SIGINT)


ENDS: dict[str, Callable[[int], None]] = {
    "SIGKILL": kill_all,
    "SIGKILL-main": kill_first,
    "SIGTERM": terminate,
    "Ctrl-C": interrupt,
    "memory-limit": give_no_memory,
    "OOM-kill": kill_largest,
}


def _send(process: int, sent: signal.Signals) -> None:
    try:
        os.kill(process, sent)
    except ProcessLookupError:  # it ended just now
        return


def _pages(process: int, place: int) -> int:
    """Pages of memory: all that are mapped (place 0), or those in use (1); none of a process that has ended."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[place])
    except (FileNotFoundError, ProcessLookupError):
        return 0
