"""One self-contained page per subject: the hidden muscles first, then what they rest on and how far to trust them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from deepemg.report.pages.cells import cell, known
from deepemg.report.pages.environment import render
from deepemg.report.pages.inputs import quality_by_channel
from deepemg.report.style import order_methods
from deepemg.signals.normalisation import reference_label

SCORES = ("rmse", "r", "coverage90")
NORMAL_90 = 1.645  # standard deviations to either side of a normal distribution's mean that hold 90 % of it
Picture = tuple[str, str]  # a figure as SVG, for a screen and for a phone


def downloads(method: str, trials: Sequence[str]) -> dict[str, str]:
    """What each file beside the page is, by its address; `trials` are the tables in the folder export."""
    fit = f"all/{method}"
    found = {
        "export/joint.osim": "the personal joint, for OpenSim",
        **{f"export/{name}": "envelopes with bands, and torque" for name in trials},
        "export/": "of each trial also excitations, activations and moment as .sto",
        f"{fit}/parameters.csv": "the parameters",
        f"{fit}/model": "the fit itself, which deepemg.load reads",
        "torque.sto": "torque by inverse dynamics in OpenSim",
    }
    return found


def answers(
    reconstruction: pd.DataFrame,
    deep_emg: pd.DataFrame,
    labels: Mapping[str, str],
    indistinct: Mapping[str, Sequence[str]],
) -> list[dict[str, Any]]:
    """What is known of each hidden muscle: label, mean, peak, mean width of the band, scores, indistinct muscles.

    `reconstruction` is of the trials shown; `deep_emg` holds this method's scores over all of them (none without
    truth); `labels` are those of the hidden muscles by name.
    """
    found = []
    for muscle, label in labels.items():
        width = float((reconstruction[f"{muscle}_upper"] - reconstruction[f"{muscle}_lower"]).mean())
        scored = deep_emg[deep_emg["muscle"] == muscle]
        values = reconstruction[muscle]
        answer = {"label": label, "mean": values.mean(), "peak": values.max(), "doubles": indistinct.get(label, [])}
        answer["width"] = None if np.isnan(width) else width
        found.append(answer | {name: scored[name].iloc[0] if len(scored) else None for name in SCORES})
    return found


def with_marks(parameters: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of the parameters, each with where its marks stand on a bar from lower to upper (0 to 100)."""
    rows = parameters.to_dict("records")
    for row in rows:
        low, span = row["lower"], (row["upper"] - row["lower"]) or 1.0

        def at(value: float, low: float = low, span: float = span) -> float:
            return round(float(np.clip(100 * (value - low) / span, 0, 100)), 1)

        def between(middle: float, half: float) -> tuple[float, float]:
            start, end = at(middle - half), at(middle + half)
            return start, round(end - start, 1)

        row["marks"] = {
            "generic": at(row["generic"]),
            "personal": at(row["personal"]),
            "prior": between(row["generic"], NORMAL_90 * row["prior_sd"]),
            "sd": between(row["personal"], row["sd"]),
        }
    return [{str(key): value for key, value in row.items()} for row in rows]


def render_subject(
    subject: str,
    facts: Mapping[str, object],
    *,
    method: str,
    joint: str,
    reference: str,
    observed: Sequence[str],
    has_truth: bool,
    tested: bool,
    indistinct: Mapping[str, Sequence[str]],
    answers: Sequence[Mapping[str, Any]],
    answer: Picture,
    inputs: pd.DataFrame,
    quality: pd.DataFrame,
    angles: pd.DataFrame,
    zoomable: Mapping[str, Any],
    envelopes: Mapping[str, Picture],
    torque_figure: Picture,
    deep_emg: pd.DataFrame,
    torque: pd.DataFrame,
    parameters: pd.DataFrame,
    downloads: Mapping[str, str],
    provenance: Mapping[str, str],
) -> str:
    """The page of one subject as HTML, with everything inside; only downloads lead to files beside it.

    `facts` are those of the subject (joint, loads, ...), `method` the one that the
    page is about, `joint` its anatomical name, `reference` what an envelope of 1
    means; `observed` are the recorded channels; `has_truth` says whether hidden muscles were recorded or simulated, and
    `tested` whether the trials shown were put aside for a test. `indistinct` names hidden muscles that torque cannot
    tell, each with those it cannot be told from. `inputs`: a row per channel; `quality`: a row per channel and trial;
    `angles`: a row per movement; `flags` in them is a list, empty where nothing is wrong. `zoomable`, `answers`: of the
    functions of these names. `envelopes` maps each method to its figure 4, `torque_figure` is figure 6 of that
    method. `deep_emg`, `torque`: this subject's rows of the tables; `parameters` those of that method's fit for
    all loads, with prior_sd.
    """
    methods = [method, *(name for name in order_methods(envelopes)[::-1] if name != method)]
    own = deep_emg[(deep_emg["method"] == method) & (deep_emg["load"] == "all")]
    rank = {name: place for place, name in enumerate(methods)}
    return render(
        "subject.html.j2",
        subject=subject,
        facts={name: value for name, value in facts.items() if value not in (None, "")},
        joint=joint,
        method=method,
        value_label=reference_label([reference]),
        unit="of MVC" if reference == "mvc" else "of training max.",
        reference=reference,
        observed=observed,
        has_truth=has_truth,
        tested=tested,
        indistinct=indistinct,
        answers=answers,
        answer_wide=answer[0],
        answer_narrow=answer[1],
        inputs=known(inputs),
        channels=quality_by_channel(quality),
        quality=known(quality),
        angles=known(angles),
        n_flagged=sum(cell(flags) != cell([]) for table in (quality, angles) for flags in table["flags"]),
        zoomable=zoomable,
        envelopes={name: envelopes[name] for name in methods},
        torque_figure=torque_figure,
        deep_emg=_ours_first(deep_emg, rank),
        deep_emg_own=known(own.drop(columns=["subject", "load", "split", "method"])),
        torque=_ours_first(torque, rank),
        parameters=with_marks(parameters),
        n_parameters=len(parameters),
        n_at_bound=int(parameters["at_bound"].sum()),
        n_identified=int(parameters["identified"].sum()),
        downloads=downloads,
        provenance=provenance,
    )


def _ours_first(scores: pd.DataFrame, rank: Mapping[str, int]) -> pd.DataFrame:
    """Scores without what is the same in every row, our method on top."""
    ordered = scores.sort_values("method", key=lambda names: names.map(rank), kind="stable")
    return ordered.drop(columns=["subject", "split"])
