"""Children end with their parent, however that ended."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import deepemg
from killing import processes_of, waits_for

PARENT = """
import sys, time
from deepemg.child_processes import ends_well, process_pool

if __name__ == "__main__":
    if sys.argv[1] == "pool":
        with process_pool(2) as pool:
            running = [pool.submit(time.sleep, 600) for _ in range(4)]
            print("begun", flush=True)
            [done.result() for done in running]
    else:
        print("begun", flush=True)
        ends_well(time.sleep, 600)
"""


@pytest.mark.parametrize("how", ["pool", "process"])
@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_no_child_outlives_its_parent(tmp_path: Path, how: str, sent: signal.Signals) -> None:
    (tmp_path / "parent.py").write_text(PARENT)
    parent = subprocess.Popen(
        [sys.executable, str(tmp_path / "parent.py"), how], stdout=subprocess.PIPE, start_new_session=True
    )
    assert parent.stdout and parent.stdout.readline() == b"begun\n"
    children = 4 if how == "pool" else 3  # itself, multiprocessing's own tracker, and those who work
    waits_for(lambda: len(processes_of(parent.pid)) == children, 60)
    parent.send_signal(sent)
    parent.wait()
    waits_for(lambda: not processes_of(parent.pid), 20)


def test_every_pool_of_the_package_is_one_that_ends_with_its_parent() -> None:
    package = Path(deepemg.__file__).parent
    begins = re.compile(r"\b(ProcessPoolExecutor|get_context|multiprocessing\.Process)\(")
    found = [path for path in package.rglob("*.py") if begins.search(path.read_text())]
    assert [path.name for path in found] == ["child_processes.py"]
