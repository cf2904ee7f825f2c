"""Processes that end with the one that started them, however that one ended: a kill leaves nobody who goes on."""

from __future__ import annotations

import errno
import multiprocessing
import os
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.connection import Connection, wait
from typing import Any

SPAWN = multiprocessing.get_context("spawn")
OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)


def end_with_parent() -> None:
    """Called in a child process: from now on it ends as soon as its parent has. In a main process nothing happens."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_after, args=(parent.sentinel,), daemon=True).start()


def process_pool(jobs: int, begin: Callable[..., object] | None = None, *given: Any) -> ProcessPoolExecutor:
    """Fresh processes, some `jobs` at once, that end with this one; each calls `begin` with what is given first."""
    return ProcessPoolExecutor(jobs, SPAWN, initializer=_begin, initargs=(begin, *given))


def ends_well(work: Callable[..., object], *given: Any) -> bool:
    """Whether a call in a process of its own ends, without an exception and without a crash of the process.

    Raises the OSError of a disk that takes no more: this is no fault of the work, and others would fail too.
    """
    told, tell = SPAWN.Pipe(duplex=False)
    process = SPAWN.Process(target=_begin, args=(_telling, tell, work, *given))
    process.start()
    tell.close()  # the child has the other one: the pipe ends with it
    try:
        raise told.recv()
    except EOFError:
        process.join()
        return process.exitcode == 0


def _telling(tell: Connection, work: Callable[..., object], *given: Any) -> None:
    try:
        work(*given)
    except OSError as error:
        if error.errno not in OF_THE_DISK:
            raise
        tell.send(error)


def _begin(work: Callable[..., object] | None, *given: Any) -> None:
    end_with_parent()
    if work is not None:
        work(*given)


def _end_after(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)  # without a word: nobody listens any more
