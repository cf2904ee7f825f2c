"""What files hold, by digest, so that content and not a time stamp decides what runs again.

Snakemake compares content only where a time stamp is newer than the results. A file that was copied with its old one
(cp -p, rsync -a, a restored backup) would go unseen.
"""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from deepemg.atomic import written_aside
from deepemg.digest import file_digest

SETTLED_NS = 2_000_000_000  # a file that changed later may change again and keep its time stamps


class ContentDigests:
    """Digests of files, which are read again only where size, time stamps or inode say that they may have changed.

    The time of the last change of an inode (ctime) is among them: no program sets it back. `file` keeps the digests
    between runs.
    """

    def __init__(self, file: Path):
        self.file = file
        self._known: dict[str, list[object]] = {}
        with suppress(OSError, ValueError):  # none yet, or a damaged one: all are read again
            self._known = dict(json.loads(file.read_text()))
        self._new = False

    def of_file(self, path: str) -> str:
        """Digest of a file, or that it is missing."""
        try:
            found = os.stat(path)
        except OSError:
            return "missing"
        state = [found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino]
        known = self._known.get(path)
        if known and known[:-1] == state:
            return str(known[-1])
        digest = file_digest(path)
        if time.time_ns() - found.st_ctime_ns > SETTLED_NS:
            self._known[path], self._new = [*state, digest], True
        return digest

    def of_files(self, paths: Iterable[str]) -> str:
        """One digest of these files: of their paths and of what they hold."""
        lines = [f"{self.of_file(path)}  {path}\n" for path in sorted(set(paths))]
        return hashlib.md5("".join(lines).encode(), usedforsecurity=False).hexdigest()

    def keep(self) -> None:
        """Write what is new to `file`, for the next run."""
        if self._new:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            with written_aside(self.file) as aside:
                aside.write_text(json.dumps(self._known))
            self._new = False
