"""Tables of docs/tables.md out of finished runs: the study, opponents, unseen loads and cross-validation."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from deepemg.generated_sections import markdown_table
from deepemg.report.score_panel import score_cells

WORST = {"rmse": "max", "r": "min", "r2": "min"}


def _middle_and_worst(values: pd.Series, digits: int, worst: str) -> str:
    """Median, and the worst cell in brackets; cells without a value (flat channels have no r) are counted."""
    missing = int(values.isna().sum())
    text = f"{values.median():.{digits}f} [{values.agg(worst):.{digits}f}]"
    return text + (f", {missing} flat" if missing else "")


def scores_table(deep_emg: pd.DataFrame, torque: pd.DataFrame, *, pooled: bool = True) -> str:
    """A row per method: median [worst] over the cells subject x load of the test trials.

    `pooled` takes the fits for all loads, else those per load.
    """
    deep, moments = (cells[cells["pooled"] == pooled] for cells in (score_cells(deep_emg), score_cells(torque)))
    rows = []
    for method in deep["method"].unique():
        row: dict[str, object] = {"method": f"`{method}`"}
        for muscle in deep["muscle"].unique():
            cells = deep[(deep["method"] == method) & (deep["muscle"] == muscle)]
            row |= {
                f"{muscle} {label}": _middle_and_worst(cells[key], digits, WORST[key])
                for key, label, digits in (("rmse", "RMSE", 3), ("r", "r", 2), ("r2", "R2", 2))
            }
            row[f"{muscle} coverage"] = f"{cells['coverage90'].median():.2f}"
        missed = moments.loc[moments["method"] == method, "rmse_nm"]
        rows.append(row | {"torque RMSE (N m)": _middle_and_worst(missed, 2, "max")})
    return markdown_table(pd.DataFrame(rows))


def study_table(tables: Path) -> str:
    """The study's fits per load, from the folder of its tables."""
    return scores_table(pd.read_csv(tables / "deep_emg.csv"), pd.read_csv(tables / "torque.csv"), pooled=False)


def unseen_load_table(deep_emg: pd.DataFrame) -> str:
    """A row per method: median [worst] RMSE and R2 on test trials with a load that training had seen, or had not."""
    cells = score_cells(deep_emg)
    rows = []
    for method in cells["method"].unique():
        row: dict[str, object] = {"method": f"`{method}`"}
        for muscle in cells["muscle"].unique():
            own = cells[(cells["method"] == method) & (cells["muscle"] == muscle)]
            for label, pooled in (("seen", True), ("not seen", False)):
                for key, digits in (("rmse", 3), ("r2", 2)):
                    scored = own.loc[own["pooled"] == pooled, key]
                    row[f"{muscle} {key.upper()}, {label}"] = _middle_and_worst(scored, digits, WORST[key])
        rows.append(row)
    return markdown_table(pd.DataFrame(rows))


def cross_validation_table(scores: pd.DataFrame) -> str:
    """A row per channel and method: median [worst] over the trials, trial left out and load left out."""
    rows = []
    for (channel, method), part in scores.groupby(["channel", "method"], sort=False):
        row: dict[str, object] = {"hidden": channel, "method": f"`{method}`"}
        for leave_out, cells in part.groupby("leave_out", sort=False):
            row |= {
                f"{label}, {leave_out} out": _middle_and_worst(cells[key], 2, WORST[key])
                for key, label in (("r2", "R2"), ("r", "r"), ("rmse", "RMSE"))
            }
        rows.append(row)
    return markdown_table(pd.DataFrame(rows))


def costs_table(costs: pd.DataFrame) -> str:
    """A row per method: failures, time, memory, versions."""
    rows = [
        {
            "method": f"`{row.method}`",
            "fits": row.fits,
            "trials not converged": row.not_converged,
            "wall s per fit": f"{row.wall_s:.3g}",
            "CPU s per fit": f"{row.cpu_s:.3g}",
            "peak MB": f"{row.peak_mb:.0f}",
            "runs on": row.engines,
        }
        for row in costs.itertuples()
    ]
    return markdown_table(pd.DataFrame(rows))


def page_tables(name: str, folder: Path) -> dict[str, str]:
    """Tables of a finished run by their names on the page: cross-validation, opponents with costs, or unseen loads."""
    if (folder / "cross_validation.csv").exists():
        return {name: cross_validation_table(pd.read_csv(folder / "cross_validation.csv"))}
    deep = pd.read_csv(folder / "deep_emg.csv")
    if not (folder / "costs.csv").exists():
        return {name: unseen_load_table(deep)}
    costs = costs_table(pd.read_csv(folder / "costs.csv"))
    return {name: scores_table(deep, pd.read_csv(folder / "torque.csv")), f"{name} costs": costs}


def publish(runs: Mapping[str, Path], released: Path) -> None:
    """Copy tables and figures of the runs to `released`/<name>."""
    for name, folder in runs.items():
        target = released / name
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".png")):
            shutil.copyfile(file, target / file.name)


def comparison_sections(released: Path) -> dict[str, str]:
    """Sections of docs/tables.md by name, from the published runs."""
    folders = sorted(path for path in released.iterdir() if path.is_dir())
    return {name: text for folder in folders for name, text in page_tables(folder.name, folder).items()}
