"""What every job of the workflow does first and last, whatever it computes in between.

Its words go to its log, for Snakemake leaves a script's traceback on the terminal only; what it reads is what was
written; what it wrote gets digests.
"""

from __future__ import annotations

import errno
import re
import sys
import traceback
from contextlib import suppress
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any

from deepemg.output_digests import check_files, write_digests

PROBLEM = re.compile(r"DE-\d{3} ")


def begin(job: Any) -> None:
    """The first thing that a script does with its `snakemake`.

    Ends the job with DE-130 where one of its inputs is no longer the file that another job made.
    """
    log = Path(job.log[0])
    log.write_text("")
    sys.stderr = log.open("a", buffering=1)
    sys.excepthook = partial(tell, log, list(job.output))
    check_files(job.input, Path(job.config["results"]))


def end(job: Any) -> None:
    """The last thing that a script does: digests of its outputs, for the jobs that read them."""
    write_digests(job.output, Path(job.config["results"]))


def tell(
    log: Path, outputs: list[str], kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Write to the log why the job failed: problems in their own lines, any other error as a traceback.

    A full disk names no file, so what was written is told. The outputs make room for the log there: Snakemake removes
    those of a job that failed anyway. Where even that is not enough, it goes to the terminal.
    """
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT) and not error.filename:
        error.filename = " or ".join(outputs)
    told = str(error) if PROBLEM.match(str(error)) else "".join(traceback.format_exception(kind, error, trace)).rstrip()
    for _ in range(2):
        with suppress(OSError):
            with log.open("a") as file:
                file.write(f"{told}\n")
            return
        for path in outputs:
            with suppress(OSError):
                Path(path).unlink()
    print(told, file=sys.__stderr__)
