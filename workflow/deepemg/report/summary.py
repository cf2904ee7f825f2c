"""The study in one small table, for the README: over subjects and loads of the test trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from deepemg.generated_sections import markdown_table
from deepemg.report.over_cells import RATIOS, errors_of, over_cells, told
from deepemg.report.priors import PRIOR, reason
from deepemg.report.score_panel import score_cells
from deepemg.report.style import METHOD_LABELS, order_methods

OURS = "nmm"
NULL, PUBLISHED = "copy", ("nmm-paper", "mse")  # what fits nothing, and the paper's two methods


def _against_copy(deep: pd.DataFrame, muscle_labels: Mapping[str, str]) -> str:
    """In how many cells what fits nothing is closer than each published method; empty where either was not fitted."""
    parts = []
    for method in PUBLISHED:
        counts = []
        for muscle, label in muscle_labels.items():
            errors = errors_of(deep[deep["muscle"] == muscle])
            if {NULL, method} <= set(errors):
                counts.append(f"{(errors[NULL] < errors[method]).sum()} of {len(errors)} cells for {label}")
        if counts:
            parts.append(f"closer than {METHOD_LABELS[method]} in {' and '.join(counts)}")
    return f"\n\n`{NULL}`, which fits nothing, is {'; '.join(parts)}." if parts else ""


def summary_markdown(
    deep_emg: pd.DataFrame,
    torque: pd.DataFrame,
    muscle_labels: Mapping[str, str],
    priors: Mapping[str, Sequence[str]],
    *,
    value_label: str,
) -> str:
    """Markdown table: for each muscle a row per method, over the cells (subject x load) of fits per load.

    `deep_emg` and `torque` are tables 4 and 3, `value_label` is the unit of the envelopes, `priors` as of
    `report/priors.py`.
    """
    deep, torques = (table[~table["pooled"]] for table in (score_cells(deep_emg), score_cells(torque)))
    methods = order_methods(deep["method"])
    rows = []
    for muscle, label in muscle_labels.items():
        table = over_cells(deep[deep["muscle"] == muscle], OURS).set_index("method").loc[methods]
        table = table.drop(columns=[column for column in ("r", *RATIOS) if column in table])
        rows.append(pd.DataFrame({"method": [f"**{label}: {PRIOR}**" if muscle in priors else f"**{label}**"]}))
        rows.append(table.rename(index=METHOD_LABELS).reset_index())
    missed = [f"{METHOD_LABELS[name]} {told(torques[torques['method'] == name]['rmse_nm'], 2)}" for name in methods]
    subjects, loads = deep["subject"].nunique(), deep["load"].nunique()
    return "\n\n".join(
        [
            f"Test trials, one fit per load, {subjects} subjects x {loads} loads; median, mean [worst] of these cells. "
            f"RMSE and CRPS as {value_label}; band covers: mean [worst], and cells where it covers 0.8 or more.",
            markdown_table(pd.concat(rows).fillna("")),
            *(
                f"**{muscle_labels[name].capitalize()}: {PRIOR}.** {reason(priors[name])}"
                for name in muscle_labels
                if name in priors
            ),
            f"Torque RMSE, N m: {', '.join(missed)}.{_against_copy(deep, muscle_labels)}",
        ]
    )
