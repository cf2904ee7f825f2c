"""The study in one small table, for the README: medians over subjects and loads of the test trials."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from deepemg.report.score_panel import score_cells
from deepemg.report.style import METHOD_LABELS, order_methods

NULL, PUBLISHED = "copy", ("nmm-paper", "mse")  # what fits nothing, and the paper's two methods


def _errors(deep: pd.DataFrame, muscle: str) -> pd.DataFrame:
    """RMSE of a muscle: a row per cell (subject, load), a column per method."""
    return deep[deep["muscle"] == muscle].pivot(index=["subject", "load"], columns="method", values="rmse")


def _against_copy(deep: pd.DataFrame, muscle_labels: Mapping[str, str]) -> str:
    """In how many cells what fits nothing is closer than each published method; empty where either was not fitted."""
    parts = []
    for method in PUBLISHED:
        counts = []
        for muscle, label in muscle_labels.items():
            errors = _errors(deep, muscle)
            if {NULL, method} <= set(errors):
                counts.append(f"{(errors[NULL] < errors[method]).sum()} of {len(errors)} cells for {label}")
        if counts:
            parts.append(f"closer than {METHOD_LABELS[method]} in {' and '.join(counts)}")
    return f"\n\n`{NULL}`, which fits nothing, is {'; '.join(parts)}." if parts else ""


def summary_markdown(
    deep_emg: pd.DataFrame, torque: pd.DataFrame, muscle_labels: Mapping[str, str], *, value_label: str
) -> str:
    """Markdown table: a row per method, medians [worst] over the cells (subject x load) of fits per load.

    `deep_emg` and `torque` are tables 4 and 3, `value_label` is the unit of the envelopes. "best in" counts the cells
    in which a method has the lowest RMSE. Only the first muscle has R2: that of a nearly silent one tells little.
    """
    deep, torques = (table[~table["pooled"]] for table in (score_cells(deep_emg), score_cells(torque)))
    first = next(iter(muscle_labels))
    head = ["method"]
    for muscle, label in muscle_labels.items():
        cells = len(_errors(deep, muscle))
        head += [f"{label} RMSE", *(["R2"] if muscle == first else []), f"best in, of {cells}"]
    head += ["torque RMSE (N m)"]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))]
    for method in order_methods(deep["method"]):
        row = [METHOD_LABELS[method]]
        for muscle in muscle_labels:
            errors = _errors(deep, muscle)
            mine = errors[method].dropna()
            wins = int((mine <= errors.loc[mine.index].min(axis=1)).sum())
            row += [f"{mine.median():.3f} [{mine.max():.3f}]"]
            if muscle == first:
                scored = deep[(deep["muscle"] == muscle) & (deep["method"] == method)]
                row += [f"{scored['r2'].median():.2f}"]
            row += [str(wins)]
        row += [f"{torques[torques['method'] == method]['rmse_nm'].median():.2f}"]
        lines.append(" | ".join(row))
    table = "\n".join(f"| {line} |" for line in lines)
    subjects, loads = deep["subject"].nunique(), deep["load"].nunique()
    return (
        f"Test trials, one fit per load; median [worst] over {subjects} subjects x {loads} loads; RMSE of the hidden "
        f"muscles' envelopes ({value_label}).{_against_copy(deep, muscle_labels)}\n\n{table}"
    )
