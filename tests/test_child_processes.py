"""Children end with their parent, however that ended."""

from __future__ import annotations

import os
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


@pytest.mark.slow
def test_snakemake_hears_interrupts_in_a_run_that_a_script_put_in_the_background(tmp_path: Path) -> None:
    """A shell has such a program ignore them; `deepemg run` tells Snakemake by one to cancel its jobs."""
    (tmp_path / "Snakefile").write_text('rule all:\n    output: "done"\n    shell: "touch begun; sleep 600"\n')
    ignoring = f"trap '' INT; exec {sys.executable} -m deepemg.cli.main run --cores 1"
    run = subprocess.Popen(["sh", "-c", ignoring], cwd=tmp_path, start_new_session=True)
    waits_for(lambda: (tmp_path / "begun").exists())
    try:
        ignored = [
            re.findall(r"^SigIgn:\s(\w+)$", Path(f"/proc/{id}/status").read_text(), flags=re.M)[0]
            for id in processes_of(run.pid)
        ]
    finally:
        os.killpg(run.pid, signal.SIGKILL)
    assert len(ignored) >= 2 and not any(int(mask, 16) & 1 << signal.SIGINT - 1 for mask in ignored)


def test_every_pool_of_the_package_is_one_that_ends_with_its_parent() -> None:
    package = Path(deepemg.__file__).parent
    begins = re.compile(r"\b(ProcessPoolExecutor|get_context|multiprocessing\.Process)\(")
    found = [path for path in package.rglob("*.py") if begins.search(path.read_text())]
    assert [path.name for path in found] == ["child_processes.py"]
