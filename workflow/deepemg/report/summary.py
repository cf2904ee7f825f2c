"""The study in one small table, for the README: medians over subjects and loads of the test trials."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from deepemg.report.score_panel import score_cells
from deepemg.report.style import METHOD_LABELS, order_methods


def summary_markdown(
    deep_emg: pd.DataFrame, torque: pd.DataFrame, muscle_labels: Mapping[str, str], *, value_label: str
) -> str:
    """Markdown table: a row per method, medians over the cells (subject x load) of fits per load.

    `deep_emg` and `torque` are tables 4 and 3, `value_label` is the unit of the envelopes. "best in" counts the cells
    in which a method has the lowest RMSE.
    """
    deep, torques = (table[~table["pooled"]] for table in (score_cells(deep_emg), score_cells(torque)))
    head = ["method"]
    for label in muscle_labels.values():
        head += [f"{label} RMSE", "r", "R2", "band covers", "best in"]
    head += ["torque RMSE (N m)"]
    lines = [" | ".join(head), " | ".join(["---"] * len(head))]
    for method in order_methods(deep["method"]):
        row = [METHOD_LABELS[method]]
        for muscle in muscle_labels:
            cells = deep[deep["muscle"] == muscle].set_index(["subject", "load"])
            mine = cells[cells["method"] == method]
            best = cells.groupby(level=[0, 1])["rmse"].min()
            wins = int((mine["rmse"] <= best.loc[mine.index]).sum())
            row += [f"{mine['rmse'].median():.3f}", f"{mine['r'].median():.2f}", f"{mine['r2'].median():.2f}"]
            row += [f"{mine['coverage90'].median():.2f}", f"{wins} of {len(best)}"]
        row += [f"{torques[torques['method'] == method]['rmse_nm'].median():.2f}"]
        lines.append(" | ".join(row))
    table = "\n".join(f"| {line} |" for line in lines)
    subjects, loads = deep["subject"].nunique(), deep["load"].nunique()
    return (
        f"Test trials, one fit per load, medians over {subjects} subjects x {loads} loads; RMSE of the hidden muscles' "
        f"envelopes ({value_label}).\n\n{table}"
    )
