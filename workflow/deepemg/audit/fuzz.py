"""Files and folders with something wrong in them, drawn at random: each ends in a result, or in a typed error.

An escape is what is neither: another exception, the end of the program, a draw of more than 5 s of the processor or
1 GiB, a file opened outside of the folder, a row that is lost and not told, a value of another column. Draws run in a
process of their own, which an escape may take with it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from deepemg.audit.fuzz_draws import HANG_S, Outcome, draw_once, kind_of
from deepemg.child_processes import SPAWN, end_with_parent

START_S = 120.0  # until a new process has imported all, and made its sound files
LOOK_S = 3.0  # between two looks at a draw that has not ended
STUCK_S = 60.0  # of a draw that neither takes time of the processor nor asks for it: what it waits for never comes
RUNNING = "R"


def fuzz(draws: int, seed: int) -> pd.DataFrame:
    """format, mutation, draws, accepted, refused, escapes and slowest_s of some draws.

    `attrs["escapes"]` says each escape with its seed and its draw, which `repeat` makes again.
    """
    return table_of(outcomes(draws, seed))


def table_of(found: Iterable[Outcome]) -> pd.DataFrame:
    """The table of `fuzz`, of draws that were made."""
    made = list(found)
    rows = pd.DataFrame(
        {
            "format": [outcome.format for outcome in made],
            "mutation": [outcome.mutation for outcome in made],
            "draws": 1,
            "accepted": [int(outcome.accepted and not outcome.escape) for outcome in made],
            "refused": [int(not outcome.accepted and not outcome.escape) for outcome in made],
            "escapes": [int(bool(outcome.escape)) for outcome in made],
            "slowest_s": [outcome.seconds for outcome in made],
        }
    )
    counted = dict.fromkeys(("draws", "accepted", "refused", "escapes"), "sum") | {"slowest_s": "max"}
    table = rows.groupby(["format", "mutation"], as_index=False).agg(counted)
    table.attrs["escapes"] = [str(outcome) for outcome in made if outcome.escape]
    return table


def repeat(seed: int, draw: int) -> Outcome:
    """One draw again."""
    return next(outcomes(1, seed, first=draw))


def outcomes(draws: int, seed: int, *, first: int = 0) -> Iterator[Outcome]:
    """What became of each of some draws, in their order."""
    with TemporaryDirectory() as folder:
        worker = _Worker(seed, Path(folder))
        try:
            for draw in range(first, first + draws):
                yield worker.outcome(draw)
        finally:
            worker.stop()


def _serve(connection: Connection, seed: int, folder: Path) -> None:
    """Make the draws that are asked for, until the other end is closed."""
    end_with_parent()
    draw_once(seed, 0, folder)
    connection.send(None)
    while True:
        try:
            draw = connection.recv()
        except EOFError:
            return
        connection.send(draw_once(seed, draw, folder))


def _processor(pid: int | None) -> tuple[float, str]:
    """Time of the processor (s) that a process has taken, and its state; 0 and "" where the system does not say."""
    try:
        state, *cells = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0, ""
    return (int(cells[10]) + int(cells[11])) / os.sysconf("SC_CLK_TCK"), state


class _Worker:
    """A process that makes draws; it is started again after one that it did not survive."""

    def __init__(self, seed: int, folder: Path):
        self.seed, self.folder = seed, folder
        self._start()

    def _start(self) -> None:
        self.connection, other = SPAWN.Pipe()
        self.process = SPAWN.Process(target=_serve, args=(other, self.seed, self.folder), daemon=True)
        self.process.start()
        other.close()
        self.connection.poll(START_S)
        self.connection.recv()

    def stop(self) -> None:
        """End the process."""
        self.connection.close()
        self.process.kill()
        self.process.join()

    def _ends(self) -> bool:
        """Whether the draw that was asked for ends in its time; that it had to wait for the processor is no hang."""
        first, _ = latest, _ = _processor(self.process.pid)
        waited_s = 0.0
        while not self.connection.poll(LOOK_S):
            now, state = _processor(self.process.pid)
            waited_s = waited_s + LOOK_S if now == latest and state != RUNNING else 0.0
            if now - first > HANG_S + LOOK_S or waited_s > STUCK_S:
                return False
            latest = now
        return True

    def outcome(self, draw: int) -> Outcome:
        """One draw."""
        self.connection.send(draw)
        try:
            if self._ends():
                found: Outcome = self.connection.recv()
                return found
            ended = f"no end after {HANG_S:g} s of the processor, or {STUCK_S:g} s of waiting"
        except EOFError:
            self.process.join()
            ended = f"the end of the program ({self.process.exitcode})"
        self.stop()
        name, kind = kind_of(self.seed, draw, self.folder)
        self._start()
        return Outcome(self.seed, draw, name, kind, False, ended, HANG_S)
