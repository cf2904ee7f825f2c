"""`profiles/slurm` on a real Slurm of one node: to the end, and with a job, the node and the run itself killed."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from killing import waits_for
from slurm_study import COPY, PROFILE, SlurmStudy

pytestmark = pytest.mark.long
NODE = Path(__file__).with_name("slurm_node.sh")
FOREIGN = 3  # what the script says where the machine has a Slurm of its own


def node(verb: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([NODE, verb], capture_output=True, text=True)


def unable() -> str | None:
    """Why this machine can be no node, if so."""
    if sys.platform != "linux" or os.geteuid():
        return "a Slurm of one's own takes Linux and root"
    absent = [name for name in ("munged", "slurmctld", "slurmd", "sbatch") if not shutil.which(name)]
    return f"no {', '.join(absent)}: tests/slurm_node.sh install, as `make slurm` does" if absent else None


@pytest.fixture(scope="module")
def slurm() -> Iterator[None]:
    if why := unable():
        pytest.skip(why)
    started = node("start")
    try:
        if started.returncode == FOREIGN:
            pytest.skip(started.stderr.strip())
        assert started.returncode == 0, started.stderr
        yield
    finally:
        node("stop")
    left = subprocess.run(["pgrep", "-x", "slurmctld|slurmd|slurmstepd"], capture_output=True, text=True)
    assert left.stdout == ""


@pytest.fixture(scope="module")
def study(slurm: None, root: Path, tmp_path_factory: pytest.TempPathFactory) -> SlurmStudy:
    study = SlurmStudy(tmp_path_factory.mktemp("slurm"), root, 2)
    study.run(*wanted("local", "S1/torque.parquet"))
    return study


def wanted(results: str, *files: str) -> list[str]:
    """Arguments of Snakemake for files of a folder of results of its own."""
    return [*(f"results/{results}/{file}" for file in files), *COPY, f"results=results/{results}"]


def content(study: SlurmStudy, results: str) -> dict[str, bytes]:
    """Everything computed in a folder of results."""
    folder = study.folder / "results" / results
    files = [path for suffix in ("parquet", "csv", "json") for path in folder.rglob(f"*.{suffix}")]
    return {str(path.relative_to(folder)): path.read_bytes() for path in files}


def same_as_local(study: SlurmStudy, results: str, last: str) -> None:
    found, local = content(study, results), content(study, "local")
    assert last in found
    assert found == {name: local[name] for name in found}


def jobs() -> list[str]:
    """Slurm's ids of jobs that wait or run."""
    return subprocess.run(["squeue", "--noheader", "--format=%i"], capture_output=True, text=True).stdout.split()


def begin(study: SlurmStudy, results: str, command: list[str]) -> subprocess.Popen[str]:
    """The run, once its first job of the subject has ended and the next one is at work."""
    assert jobs() == []
    with (study.folder / f"{results}.log").open("w") as log:
        run = subprocess.Popen(command, cwd=study.folder, stdout=log, stderr=subprocess.STDOUT, text=True)
    checked = study.folder / "results" / results / "S1" / "quality.json"
    waits_for(lambda: checked.exists() or run.poll() is not None, 900)
    assert run.poll() is None and len(jobs()) == 1
    return run


def test_results_are_those_of_a_local_run(study):
    study.run(*wanted("local", "metrics.json"))
    done = subprocess.run(
        study.with_profile(*wanted("slurm", "metrics.json")), cwd=study.folder, capture_output=True, text=True
    )
    told = done.stdout + done.stderr
    assert done.returncode == 0, told[-6000:]
    assert len(re.findall("has been submitted with SLURM jobid", told)) == 3  # two subjects, and the cohort
    assert content(study, "slurm").keys() == content(study, "local").keys()
    same_as_local(study, "slurm", "metrics.json")


def test_a_killed_job_is_named_and_the_same_command_goes_on(study):
    command = study.with_profile(*wanted("job", "S1/torque.parquet"))
    run = begin(study, "job", command)
    (job,) = jobs()
    subprocess.run(["scancel", "--signal=KILL", "--full", job], check=True)
    assert run.wait(timeout=900) == 1
    told = (study.folder / "job.log").read_text()
    assert f"JOB {job} ON" in told and "Error in rule check_recordings" in told
    done = subprocess.run(command, cwd=study.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-6000:]
    same_as_local(study, "job", "S1/torque.parquet")


def test_a_node_that_died_and_came_back_does_its_jobs_again(study):
    run = begin(study, "node", study.with_profile(*wanted("node", "S1/torque.parquet")))
    assert node("lose").returncode == 0
    returned = node("return")
    assert returned.returncode == 0, returned.stderr
    assert run.wait(timeout=1800) == 0, (study.folder / "node.log").read_text()[-6000:]
    same_as_local(study, "node", "S1/torque.parquet")


def test_a_terminated_run_cancels_its_jobs(study):
    arguments = [*wanted("run", "S1/torque.parquet"), *PROFILE]
    command = [str(study.python), "-m", "deepemg.cli.main", "run", "--", *arguments]
    run = begin(study, "run", command)
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=300) == 130
    waits_for(lambda: jobs() == [], 60)
    done = subprocess.run(command, cwd=study.folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    same_as_local(study, "run", "S1/torque.parquet")
