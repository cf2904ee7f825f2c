"""What Slurm costs beside the work: the same jobs, one Slurm job a subject, and one each; and what is planned for many.

    tests/slurm_node.sh start
    python tests/slurm_overhead.py --out results/released/scale_out
    tests/slurm_node.sh stop

Times are those of a machine at work; the load of the machine stands beside them.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from slurm_study import COPY, SlurmStudy

ROOT = Path(__file__).parents[1]
LOCAL = ("all", "write_snakemake_report")  # not submitted
TARGETS = ("torque.parquet", "levels.csv", "held_out.parquet")  # of a subject: five short jobs


def seconds(elapsed: str) -> int:
    """Seconds of a time as squeue writes it: [days-][hours:]minutes:seconds."""
    days, _, clock = elapsed.rpartition("-")
    found = int(days or 0)
    for value, units in zip(f"0:0:{clock}".split(":")[-3:], (24, 60, 60), strict=True):
        found = found * units + int(value)
    return found


def slurm_seconds(run: str) -> list[int]:
    """Seconds that each Slurm job of a run took, from its start to its end."""
    command = ["squeue", "--states=all", "--noheader", "--format=%M", "--name", run]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return [seconds(line.strip()) for line in told.splitlines()]


def measure(folder: Path, subjects: int, *, grouped: bool) -> dict[str, Any]:
    """One run from nothing to the signals of all subjects. Raises where the run fails."""
    study = SlurmStudy(folder, ROOT, subjects)
    if not grouped:
        study.without_groups()
    names = [f"S{number}" for number in range(1, subjects + 1)]
    command = study.with_profile(*(f"results/{name}/{file}" for name in names for file in TARGETS), *COPY)
    began, load = time.monotonic(), os.getloadavg()[0]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    wall_s = time.monotonic() - began
    told = done.stdout + done.stderr
    if done.returncode:
        raise RuntimeError(told[-4000:])
    run = re.search(r"SLURM run ID: (\S+)", told)
    assert run
    took = slurm_seconds(run[1])
    benchmarks = (folder / "results" / "benchmarks").rglob("*.tsv")
    own = [float(pd.read_csv(path, sep="\t")["s"].iloc[0]) for path in benchmarks]
    return {
        "slurm_jobs": "one a subject" if grouped else "one a job",
        "subjects": subjects,
        "jobs": len(own),
        "submitted": len(took),
        "wall_s": round(wall_s),
        "in_slurm_s": sum(took),
        "work_s": round(sum(own), 1),
        "overhead_s_per_job": round((sum(took) - sum(own)) / len(own), 1),
        "load": round((load + os.getloadavg()[0]) / 2, 1),
        "cpus": os.cpu_count(),
    }


def plan(folder: Path, subjects: int) -> dict[str, int]:
    """How many jobs the whole study of so many subjects has, and how many Slurm jobs with and without groups."""
    command = SlurmStudy(folder, ROOT, subjects).with_profile("all", "--dry-run")
    told = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True).stdout
    jobs = int(re.findall(r"^total +(\d+)$", told, flags=re.M)[0]) - 1  # `all` is none
    alone = [rule for rule in re.findall(r"^rule (\w+):", told, flags=re.M) if rule not in LOCAL]
    groups = re.findall(r"Group job \w+", told)
    return {"subjects": subjects, "jobs": jobs, "submitted": len(groups) + len(alone), "single": jobs + 1 - len(LOCAL)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--grouped", type=int, nargs="*", default=[2], help="subjects of the runs with groups")
    parser.add_argument("--single", type=int, nargs="*", default=[2], help="subjects of the runs without")
    parser.add_argument("--plan", type=int, nargs="*", default=[5, 40], help="subjects of the dry runs")
    parser.add_argument("--out", type=Path, required=True, help="folder of overhead.csv and plan.csv")
    given = parser.parse_args()
    runs = [(subjects, True) for subjects in given.grouped] + [(subjects, False) for subjects in given.single]
    write(given.out / "overhead.csv", [partial(measure, subjects=n, grouped=grouped) for n, grouped in runs])
    write(given.out / "plan.csv", [partial(plan, subjects=n) for n in given.plan])


def write(path: Path, rows: list[Callable[[Path], dict[str, Any]]]) -> None:
    """The rows, each made in a folder of its own; what is known is written before the next one begins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    found = []
    for row in rows:
        with tempfile.TemporaryDirectory() as folder:
            found.append(row(Path(folder)))
        print(found[-1], flush=True)
        pd.DataFrame(found).to_csv(path, index=False)


if __name__ == "__main__":
    main()
