"""What every method costs, from Snakemake's benchmark files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

COLUMNS = ["method", "fits", "wall_s", "cpu_s", "peak_mb"]


def costs(benchmarks: Path, methods: Iterable[str]) -> pd.DataFrame:
    """A row per method: fits, medians of wall time and CPU time (s) of a fit with all its reconstructions, largest
    peak memory (MB). `benchmarks` holds <subject>/<load>/<method>.tsv. Raises FileNotFoundError for one without any.
    """
    rows = []
    for method in methods:
        files = sorted(benchmarks.glob(f"*/*/{method}.tsv"))
        if not files:
            raise FileNotFoundError(f"{benchmarks} holds no benchmark of {method}")
        runs = pd.concat([pd.read_csv(file, sep="\t", na_values="-") for file in files])
        rows.append((method, len(files), runs["s"].median(), runs["cpu_time"].median(), runs["max_rss"].max()))
    return pd.DataFrame(rows, columns=COLUMNS)
