"""The tables of docs/cluster.md: what Slurm cost beside the work, and what is planned for many subjects."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from deepemg.generated_sections import markdown_table

OVERHEAD = {
    "slurm_jobs": "a Slurm job",
    "subjects": "subjects",
    "jobs": "jobs",
    "submitted": "Slurm jobs",
    "wall_s": "wall time, s",
    "in_slurm_s": "in Slurm jobs, s",
    "work_s": "of which work, s",
    "overhead_s_per_job": "the rest, s a job",
    "load": "load of the machine",
    "cpus": "its CPUs",
}
PLAN = {"subjects": "subjects", "jobs": "jobs", "submitted": "Slurm jobs", "single": "Slurm jobs without groups"}


def scale_out_sections(folder: Path) -> dict[str, str]:
    """The generated sections of docs/cluster.md, from what `tests/slurm_overhead.py` left in `folder`."""
    return {
        "overhead": markdown_table(pd.read_csv(folder / "overhead.csv")[list(OVERHEAD)].rename(columns=OVERHEAD)),
        "plan": markdown_table(pd.read_csv(folder / "plan.csv")[list(PLAN)].rename(columns=PLAN)),
    }
