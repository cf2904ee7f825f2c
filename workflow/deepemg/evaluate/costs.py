"""What every method costs and how often it failed, from Snakemake's benchmark files and the fits' histories."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

import pandas as pd

COLUMNS = ["method", "fits", "not_converged", "wall_s", "cpu_s", "peak_mb", "engines"]
ENGINES = {  # distributions that do a method's numerical work
    "copy": ("numpy",),
    "so": ("numpy", "torch"),
    "mse": ("scikit-learn", "scipy", "torch"),
    "nmm-paper": ("torch",),
    "nmm": ("torch",),
    "hybrid": ("scipy", "torch"),
    "moco": ("opensim",),
    "trees": ("numpy", "torch"),
}


def costs(benchmarks: Path, losses: Iterable[Path], methods: Mapping[str, str]) -> pd.DataFrame:
    """A row per method of the fits for all loads.

    fits; trials that did not converge where the method says so; medians of wall time and CPU time (s) of a fit with all
    its reconstructions; largest peak memory (MB); versions of what it runs on. `losses` are the fits'
    <subject>/all/<method>/loss.csv, `methods` the base method of each name; `benchmarks` holds
    <subject>/all/<method>.tsv, also of subjects that have left the study. Raises FileNotFoundError for a method without
    benchmarks.
    """
    fits = [(path.parents[2].name, path.parent.name, pd.read_csv(path)) for path in losses]
    rows = []
    for method, base in methods.items():
        own = [benchmarks / subject / "all" / f"{method}.tsv" for subject, name, _ in fits if name == method]
        files = [file for file in own if file.exists()]
        if not files:
            raise FileNotFoundError(f"{benchmarks} holds no benchmark of {method}")
        runs = pd.concat([pd.read_csv(file, sep="\t", na_values="-") for file in files])
        failed = _not_converged([history for _, name, history in fits if name == method])
        cost = runs["s"].median(), runs["cpu_time"].median(), runs["max_rss"].max()
        engines = ", ".join(f"{name} {version(name)}" for name in ENGINES[base])
        rows.append((method, len(files), failed, *cost, engines))
    return pd.DataFrame(rows, columns=COLUMNS)


def _not_converged(histories: Sequence[pd.DataFrame]) -> int:
    """Trials whose optimisation gave up; methods without such a verdict have none."""
    return sum(int((~history["converged"]).sum()) for history in histories if "converged" in history)
