"""The tables of docs/truth.md, out of the audit's CSV files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from deepemg.audit.curl_errors import CONTRASTS, WHOLE
from deepemg.evaluate.phases import PHASES
from deepemg.generated_sections import markdown_table
from deepemg.joint.definition import load_joint

JOINT = "elbow6"  # of the cohorts that are audited

REPLAY_DEG = 0.5  # what a replay may be off, rms
ENDS = (PHASES[2], PHASES[5])  # of the curl, where errors are largest
MECHANISMS_FIGURE = "![Errors over the curl](../results/released/truth/mechanisms.png)"
NOT_MADE = "Not made yet: `deepemg audit --part {part}`, then `deepemg docs`."


def _middle(values: pd.Series, digits: int) -> str:
    """Median with the range of the middle 90 %."""
    low, middle, high = values.quantile([0.05, 0.5, 0.95])
    return f"{middle:.{digits}f} [{low:.{digits}f}, {high:.{digits}f}]"


def consistency_table(table: pd.DataFrame) -> str:
    """How many trials, the median and the worst of both errors, and which tasks replay worse than 0.5 deg, by tier."""
    rows = []
    for tier, part in table.groupby("tier", sort=False):
        off = part.loc[part["replay_deg"] > REPLAY_DEG, "trial"]
        tasks = sorted({"_".join(name.split("_")[1:-1]) for name in off})
        rows.append(
            {
                "tier": tier,
                "trials": len(part),
                "replay, deg rms: median": f"{part['replay_deg'].median():.4f}",
                "worst": f"{part['replay_deg'].max():.3f}",
                f"above {REPLAY_DEG:g} deg": f"{len(off)} ({', '.join(tasks)})" if tasks else "0",
                "inverse dynamics, N m rms: median": f"{part['inverse_nm'].median():.4f}",
                "worst ": f"{part['inverse_nm'].max():.4f}",
            }
        )
    return markdown_table(pd.DataFrame(rows))


def correlations_table(table: pd.DataFrame) -> str:
    """Correlations of the excitations over trials, by tier and task."""
    pairs = [str(name).removeprefix("r_").split("_") for name in table.columns if str(name).startswith("r_")]
    rows = [
        {"tier": tier, "task": task, "subjects": part["subject"].nunique(), "trials": len(part)}
        | {f"r({a}, {b})": _middle(part[f"r_{a}_{b}"], 2) for a, b in pairs}
        for (tier, task), part in table.groupby(["tier", "task"], sort=False)
    ]
    return markdown_table(pd.DataFrame(rows))


def amplitudes_table(table: pd.DataFrame) -> str:
    """Mean and peak excitation of each muscle by tier, task and load: medians over trials."""
    muscles = [name.removeprefix("mean_") for name in map(str, table.columns) if name.startswith("mean_")]
    rows = [
        {"tier": tier, "task": task, "load (kg)": f"{load:g}"}
        | {m: f"{part[f'mean_{m}'].median():.3f} / {part[f'peak_{m}'].median():.2f}" for m in muscles}
        for (tier, task, load), part in table.groupby(["tier", "task", "load_kg"], sort=False)
    ]
    return markdown_table(pd.DataFrame(rows))


def likeness_table(table: pd.DataFrame) -> str:
    """Numbers of raw EMG by group: medians with the middle 90 % of the trials."""
    digits = {"median_frequency_hz": 0, "power_in_band": 2, "envelope_p95_over_p5_db": 0, "kurtosis": 2, "rms_uv": 0}
    titles = ("median frequency (Hz)", "power in band (1)", "envelope p95/p5 (dB)", "kurtosis (1)", "rms (uV)")
    rows = [
        {"biceps": group, "trials": len(part)}
        | {title: _middle(part[key], n) for title, (key, n) in zip(titles, digits.items(), strict=True)}
        for group, part in table.groupby("group", sort=False)
    ]
    return markdown_table(pd.DataFrame(rows))


def sensitivity_table(table: pd.DataFrame) -> str:
    """Medians over subjects and loads by assumption: truth, and the score of two simple methods."""
    joint, rows = load_joint(JOINT), []
    for variant, part in table.groupby("variant", sort=False):
        row = {"assumption": variant}
        for muscle, own in part.groupby("muscle", sort=False):
            neighbour = joint.muscle(str(muscle)).beneath[0]
            row[f"r({muscle}, {neighbour})"] = f"{own['r_truth'].median():.2f}"
            for method in ("copy", "mse"):
                cells = own[own["method"] == method]
                row[f"{muscle} by {method}: RMSE / r"] = f"{cells['rmse'].median():.3f} / {cells['r'].median():.2f}"
        rows.append(row)
    return markdown_table(pd.DataFrame(rows))


def mechanisms_table(table: pd.DataFrame) -> str:
    """Pattern over the curl by case: contrasts with the change to the tier as it is, the two ends, scores; medians."""
    rows = []
    for case, part in table.groupby("case", sort=False):
        own = part.set_index("phase")
        bias, change, whole = own["bias_without_level"], own["change"], own.loc[WHOLE]
        changed = change.fillna(0).any()  # neither virtual subjects nor a tier as it is
        rows.append(
            {"case": case, "cells": whole["cells"]}
            | {name: f"{bias[name]:+.2f}" + (f" ({change[name]:+.2f})" if changed else "") for name in CONTRASTS}
            | {phase: f"{bias[phase]:+.2f}" for phase in ENDS}
            | {"level": f"{whole['bias']:+.2f}", "slope": f"{whole['slope']:.2f}", "peaks": f"{whole['peak']:.2f}"}
            | {"RMSE": f"{whole['rmse']:.3f}", "r": f"{whole['r']:.2f}"}
        )
    return f"{markdown_table(pd.DataFrame(rows))}\n\n{MECHANISMS_FIGURE}"


def speed_table(table: pd.DataFrame) -> str:
    """Wall time of a simulated second by tier."""
    rows = [{"tier": row.tier, "wall s per simulated s": f"{row.wall_per_simulated:.2f}"} for row in table.itertuples()]
    return markdown_table(pd.DataFrame(rows))


def detection_table(table: pd.DataFrame) -> str:
    """Share of faults that were told, by severity; then what is told of sound draws."""
    rows = []
    for fault, part in table[table["severity"].notna()].groupby("fault", sort=False):
        told = {str(row["severity"]): f"{row['told']:.0%}" for row in part.to_dict("records")}
        rows.append({"fault (mild, middle, severe)": fault, "draws of each": part["draws"].iloc[0]} | told)
    sound = table[table["severity"].isna()].to_dict("records")
    lines = [f"{str(row['fault']).removeprefix('none: ')} {row['told']:.1%} of {row['draws']}" for row in sound]
    return f"{markdown_table(pd.DataFrame(rows))}\n\nSound draws: {'; '.join(lines)}."


def fuzz_table(table: pd.DataFrame) -> str:
    """Draws by format: accepted, refused by an id, neither."""
    sums = table.groupby("format", sort=False)[["draws", "accepted", "refused", "escapes"]].sum()
    sums["slowest (s)"] = table.groupby("format", sort=False)["slowest_s"].max().map("{:.2f}".format)
    total = sums[["draws", "accepted", "refused", "escapes"]].sum()
    sums.loc["all"] = [*total, sums["slowest (s)"].max()]
    return markdown_table(sums.reset_index(names="format"))


TABLES: dict[
    str, tuple[str, Callable[[pd.DataFrame], str]]
] = {  # section of the page: file of the audit, how it is shown
    "consistency": ("consistency.csv", consistency_table),
    "correlations": ("coordination.csv", correlations_table),
    "amplitudes": ("coordination.csv", amplitudes_table),
    "likeness": ("likeness.csv", likeness_table),
    "sensitivity": ("sensitivity.csv", sensitivity_table),
    "mechanisms": ("mechanisms.csv", mechanisms_table),
    "speed": ("speed.csv", speed_table),
}


CHECKS: dict[str, tuple[str, Callable[[pd.DataFrame], str]]] = {
    "detection": ("detection.csv", detection_table),
    "fuzz": ("fuzz.csv", fuzz_table),
}


def check_sections(folder: Path) -> dict[str, str]:
    """Sections of docs/checks.md by name."""
    return _sections(folder, CHECKS)


def truth_sections(folder: Path) -> dict[str, str]:
    """Sections of docs/truth.md by name, from the CSV files in `folder`."""
    return _sections(folder, TABLES)


def _sections(folder: Path, tables: dict[str, tuple[str, Callable[[pd.DataFrame], str]]]) -> dict[str, str]:
    """A part that was not run yet says how to."""
    found = {}
    for name, (file, table) in tables.items():
        path = folder / file
        found[name] = table(pd.read_csv(path)) if path.exists() else NOT_MADE.format(part=path.stem)
    return found
