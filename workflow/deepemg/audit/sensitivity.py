"""How far the results depend on what we assumed: the same cohort again, with one assumption changed at a time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from deepemg.audit.coordination import coordination
from deepemg.audit.score_subject import score_subject
from deepemg.audit.truth_files import subject_folders
from deepemg.joint.definition import load_joint
from deepemg.reconstruct.copy import Copy
from deepemg.reconstruct.synergy_extrapolation.method import SynergyExtrapolation
from deepemg.simulate.assumptions import vary
from deepemg.simulate.cohort import Cohort, make_cohort

METHODS = {"copy": Copy(), "mse": SynergyExtrapolation()}
SHARES = {"crosstalk_neighbour": 1.0, "crosstalk_deep": 1.0, "crosstalk_antagonist": 0.2}  # of the crosstalk named


def _fixed(value: float) -> dict[str, float]:
    return {"low": value, "high": value}


def _crosstalk(level: float) -> dict[str, dict[str, Any]]:
    return {"emg": {kind: _fixed(level * share) for kind, share in SHARES.items()}}


def _effort(level: float) -> dict[str, dict[str, Any]]:
    return {"mvc": {"voluntary_activation": _fixed(level), "trial_effort_sd": 0.0}}


VARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "assumptions as published": {},
    "sharing drift 0.1": {"effort": {"drift_sd": 0.1}},
    "sharing drift 0.6": {"effort": {"drift_sd": 0.6}},
    "co-contraction drift 0.1": {"co_contraction": {"drift_sd": 0.1}},
    "co-contraction drift 0.6": {"co_contraction": {"drift_sd": 0.6}},
    "crosstalk 0 %": _crosstalk(0.0),
    "crosstalk 10 %": _crosstalk(0.1),
    "crosstalk 20 %": _crosstalk(0.2),
    "MVC effort 0.75": _effort(0.75),
    "MVC effort 1": _effort(1.0),
}


def sensitivity(cohort: Cohort, subjects: int, out: Path, jobs: int) -> pd.DataFrame:
    """A row per variant, hidden muscle, method, subject and load, scored on test trials.

    Columns: variant, subject, muscle, method, load, rmse, r2, r, and r_truth, the median correlation of the true
    excitations of the hidden muscle and its first neighbour in the subject's trials.
    """
    joint = load_joint(cohort.assumptions["joint"])
    nearest = [(name, joint.muscle(name).beneath[0]) for name in joint.deep_muscles]
    tables = []
    for place, (variant, changes) in enumerate(VARIANTS.items()):
        folder = out / f"variant{place}"
        changed = replace(cohort, assumptions=vary(cohort.assumptions, changes))
        lost = make_cohort(folder, changed, subjects, jobs)
        if lost:
            raise RuntimeError(f"{variant}: lost {', '.join(lost)}")
        together = coordination(changed, folder)
        for subject in subject_folders(folder).values():
            scores = score_subject(subject, METHODS)
            tested = scores[(scores["split"] == "test") & (scores["trial_load"] != "all")]
            own = together[together["subject"] == subject.name]
            tables.append(
                tested[["subject", "muscle", "method", "trial_load", "rmse", "r2", "r"]]
                .rename(columns={"trial_load": "load"})
                .assign(
                    variant=variant,
                    r_truth=tested["muscle"].map({a: own[f"r_{a}_{b}"].median() for a, b in nearest}),
                )
            )
    return pd.concat(tables, ignore_index=True)
