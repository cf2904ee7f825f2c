"""The model card of a method's released fits: what they are, where they come from, how well they do, what not to do."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from deepemg.generated_sections import markdown_table
from deepemg.report.digests import WEIGHTS
from deepemg.report.over_cells import ENOUGH, worst
from deepemg.report.priors import PRIOR, prior_muscles
from deepemg.report.released_tables import KEYS
from deepemg.report.score_panel import score_cells

FITS = {True: "all loads", False: "one load"}  # what a fit was trained on, by `pooled`
NOT_FOR = """- diagnosis, or the treatment of a single person;
- another person than the one whose name stands in the path: a fit is of one subject. Fit anew, it takes seconds;
- another joint, other filters, or movements far from those of its training trials;
- a claim about people, where the subjects are simulated: see their source above;
- a finding about a muscle that is marked as a prior: no torque tells of it."""


def scores_section(cells: pd.DataFrame, by: list[str], keys: tuple[str, ...]) -> pd.DataFrame:
    """Median, mean and worst of every score of some cells, apart by the columns `by`.

    Of coverage the share of cells too in which it is ENOUGH.
    """
    scores = [column for column in cells if column not in (*keys, *by, "pooled", "scored")]
    rows = []
    for names, part in cells.assign(fit=cells["pooled"].map(FITS)).groupby(by, sort=False):
        for score in scores:
            values = part[score].dropna()
            if len(values):
                middle = {"median": values.median(), "mean": values.mean(), "worst": worst(values)}
                told = {key: f"{value:.3g}" for key, value in middle.items()}
                rows.append(dict(zip(by, names, strict=True)) | {"score": score} | told | {"cells": len(values)})
            if score == "coverage90" and len(values):
                share = {"score": f"{score} of {ENOUGH:g} or more", "mean": f"{(values >= ENOUGH).mean():.3g}"}
                rows.append(dict(zip(by, names, strict=True)) | share | {"cells": len(values)})
    return pd.DataFrame(rows).fillna("")


def model_card(method: str, tables: Path, provenance: Mapping[str, str], *, about: str) -> str:
    """Markdown; `about` says in a line what the method is, `tables` is the folder of the released tables."""
    files = {name: tables / f"{name}.csv" for name in KEYS}
    read = {name: pd.read_csv(file) for name, file in files.items() if file.exists()}
    own = {name: table[table["method"] == method] for name, table in read.items() if "method" in table}
    fits = own["parameters"][["subject", "load"]].drop_duplicates()
    loads = "`, `".join(fits["load"].unique())
    sources = read["subjects"].set_index("subject")["source"].fillna("not told")
    subjects = "; ".join(f"{', '.join(names)}: {source}" for source, names in sources.groupby(sources).groups.items())
    told = {name: f"{name} ({PRIOR})" for name in prior_muscles(read["subjects"])}
    cells = score_cells(own["deep_emg"].replace({"muscle": told}))
    deep = scores_section(cells, ["muscle", "fit"], KEYS["deep_emg"])
    torque = scores_section(score_cells(own["torque"]), ["fit"], KEYS["torque"])
    made = "\n".join(f"- `tables/{name}.csv`: {len(rows)} rows with method `{method}`" for name, rows in own.items())
    rows = pd.DataFrame({"what": provenance.keys(), "value": [f"`{value}`" for value in provenance.values()]})
    return f"""# Model card: the released fits of `{method}`

Made by `deepemg publish study`; edit nothing here.

**What.** {about} {len(fits)} fits, one per subject and load (`{loads}`):
`{WEIGHTS}/<subject>/<load>/{method}`, read by `deepemg.load(<file>)`. They hold plain data and tensors;
reading executes nothing. Their digests are in `digests.csv`.

**Subjects.** {subjects}.

**Cells that they make**

{made}

**Scores** on the test trials, over subjects and loads: fits of one load on that load, and fits for all loads on all.
Worst is the largest error, the smallest r, R2 and coverage, the level, peak and slope farthest from 1, the longest lag.

{markdown_table(deep)}

{markdown_table(torque)}

**Not for**

{NOT_FOR}

A fit may hold its training trials (those of `nmm` do: motion, torque, envelopes). Publish fits of people with their
consent only.

**Licence.** Apache-2.0, as the project (LICENSE).

**Where from**

{markdown_table(rows)}
"""
