"""Tables of docs/tables.md out of finished runs: the study, opponents, unseen loads and cross-validation."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pandas as pd

from deepemg.atomic import copy_aside
from deepemg.generated_sections import markdown_table
from deepemg.output_digests import check_files
from deepemg.report.over_cells import over_cells, told
from deepemg.report.phases import over_phases
from deepemg.report.priors import PRIOR, prior_muscles
from deepemg.report.score_panel import score_cells

OURS = "nmm"
NO_PHASES = "Not in this release: its tables are older than this score."


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(method=[f"`{method}`" for method in table["method"]])


def _heading(muscle: str, priors: Collection[str]) -> str:
    return f"**{muscle}: {PRIOR}**" if muscle in priors else f"**{muscle}**"


def _tested(table: pd.DataFrame, *, pooled: bool) -> pd.DataFrame:
    """Cells of the fits for all loads, or of those per load."""
    cells = score_cells(table)
    return cells[cells["pooled"] == pooled]


def scores_table(
    deep_emg: pd.DataFrame, torque: pd.DataFrame, priors: Collection[str] = (), *, pooled: bool = True
) -> str:
    """A table per muscle and one of the torque, a row per method, over the cells subject x load of the test trials.

    `pooled` takes the fits for all loads, else those per load; `priors` are the muscles of which torque tells nothing.
    """
    deep, moments = (_tested(table, pooled=pooled) for table in (deep_emg, torque))
    parts = []
    for muscle, cells in deep.groupby("muscle", sort=False):
        parts += [_heading(str(muscle), priors), markdown_table(_named(over_cells(cells, OURS)))]
    missed = [
        {"method": method, "RMSE (N m)": told(own["rmse_nm"], 2)}
        for method, own in moments.groupby("method", sort=False)
    ]
    return "\n\n".join([*parts, "**Torque**", markdown_table(_named(pd.DataFrame(missed)))])


def phases_table(by_phase: Path, priors: Collection[str] = (), *, pooled: bool = True) -> str:
    """A table per muscle, two rows per method, from a file that an older release has not."""
    if not by_phase.exists():
        return NO_PHASES
    cells = _tested(pd.read_csv(by_phase), pooled=pooled)
    parts = []
    for muscle, own in cells.groupby("muscle", sort=False):
        table = over_phases(own, list(own["method"].unique()))
        parts += [_heading(str(muscle), priors), markdown_table(_named(table))]
    return "\n\n".join(parts)


def study_sections(tables: Path) -> dict[str, str]:
    """The study's fits per load, from the folder of its tables: scores, and errors by phase."""
    found = prior_muscles(pd.read_csv(tables / "subjects.csv"))
    deep, torque = (pd.read_csv(tables / f"{name}.csv") for name in ("deep_emg", "torque"))
    return {
        "study": scores_table(deep, torque, found, pooled=False),
        "study phases": phases_table(tables / "deep_emg_by_phase.csv", found, pooled=False),
    }


def unseen_load_table(deep_emg: pd.DataFrame) -> str:
    """A row per method: median, mean [worst] RMSE and R2 on test trials, load seen in training or not."""
    cells = score_cells(deep_emg)
    rows = []
    for method in cells["method"].unique():
        row: dict[str, object] = {"method": f"`{method}`"}
        for muscle in cells["muscle"].unique():
            own = cells[(cells["method"] == method) & (cells["muscle"] == muscle)]
            for label, pooled in (("seen", True), ("not seen", False)):
                for key, digits in (("rmse", 3), ("r2", 2)):
                    scored = own.loc[own["pooled"] == pooled, key]
                    row[f"{muscle} {key.upper()}, {label}"] = told(scored, digits)
        rows.append(row)
    return markdown_table(pd.DataFrame(rows))


def cross_validation_table(scores: pd.DataFrame) -> str:
    """A row per channel and method: median, mean [worst] over the trials, trial left out and load left out.

    Tables published before have no CRPS.
    """
    rows = []
    for (channel, method), part in scores.groupby(["channel", "method"], sort=False):
        row: dict[str, object] = {"hidden": channel, "method": f"`{method}`"}
        for leave_out, cells in part.groupby("leave_out", sort=False):
            row |= {
                f"{label}, {leave_out} out": told(cells[key], 2)
                for key, label in (("r2", "R2"), ("r", "r"), ("rmse", "RMSE"), ("crps", "CRPS"))
                if key in cells
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


def page_tables(name: str, folder: Path, priors: Collection[str] = ()) -> dict[str, str]:
    """Tables of a finished run by their names on the page: cross-validation, opponents with costs, or unseen loads."""
    if (folder / "cross_validation.csv").exists():
        return {name: cross_validation_table(pd.read_csv(folder / "cross_validation.csv"))}
    deep = pd.read_csv(folder / "deep_emg.csv")
    if not (folder / "costs.csv").exists():
        return {name: unseen_load_table(deep)}
    costs = costs_table(pd.read_csv(folder / "costs.csv"))
    return {
        name: scores_table(deep, pd.read_csv(folder / "torque.csv"), priors),
        f"{name} phases": phases_table(folder / "deep_emg_by_phase.csv", priors),
        f"{name} costs": costs,
    }


def publish(runs: Mapping[str, Path], released: Path) -> None:
    """Copy tables and figures of the runs to `released`/<name>. Raises DamagedFileError where one is damaged."""
    for folder in runs.values():
        check_files([folder], folder.parent)
    for name, folder in runs.items():
        target = released / name
        target.mkdir(parents=True, exist_ok=True)
        for file in sorted(path for path in folder.iterdir() if path.suffix in (".csv", ".png")):
            copy_aside(file, target / file.name)


def comparison_sections(released: Path, priors: Collection[str] = ()) -> dict[str, str]:
    """Sections of docs/tables.md by name, from the published runs; `priors` as of the study, which they repeat."""
    folders = sorted(path for path in released.iterdir() if path.is_dir())
    return {name: text for folder in folders for name, text in page_tables(folder.name, folder, priors).items()}
