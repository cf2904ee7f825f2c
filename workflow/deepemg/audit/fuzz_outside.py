"""Files that a hostile folder would have opened: what lies outside of it, pipes and devices; and whether any was."""

from __future__ import annotations

import os
import sys
from functools import cache
from pathlib import Path

from deepemg.audit.mutated_bytes import Random, pick

OUTSIDE = "outside.csv"  # a sound signal file beside the data folder, which no subject may name
NAMES = (
    f"../../{OUTSIDE}",
    f"../P1/../../{OUTSIDE}",
    "/etc/passwd",
    "/proc/self/environ",
    "/dev/zero",
    "../../../../etc/passwd",
)
PRIVATE = ("/etc/passwd", "/etc/shadow", "/proc/self/environ", "/dev/zero")
KINDS = ("a link that leads out", "a link to a device", "a link to itself", "a pipe", "a folder", "no permission")


@cache
def _opened() -> list[str]:
    """What Python has opened since; the hook cannot be taken away again."""
    opened: list[str] = []

    def note(event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str):
            opened.append(arguments[0])

    sys.addaudithook(note)
    return opened


def watch_opened() -> list[str]:
    """A list that the names of all files opened from now on are added to."""
    opened = _opened()
    opened.clear()
    return opened


def is_outside(name: str) -> bool:
    """Whether a file is one of those that no subject may have opened."""
    real = os.path.realpath(name)
    return os.path.basename(real) == OUTSIDE or real in map(os.path.realpath, PRIVATE)


def another_kind(path: Path, outside: Path, random: Random) -> str:
    """Put something that is no file of the folder in a file's place, and say what."""
    kind = pick(random, KINDS)
    path.unlink()
    match kind:
        case "a link that leads out":
            path.symlink_to(outside)
        case "a link to a device":
            path.symlink_to("/dev/zero")
        case "a link to itself":
            path.symlink_to(path)
        case "a pipe":
            os.mkfifo(path)
        case "a folder":
            path.mkdir()
        case _:
            path.touch(0)
    return kind
