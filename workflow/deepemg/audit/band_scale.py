"""How wide the bands of `nmm` must be, judged on subjects that its networks were not trained on.

A miss is the distance of the truth from the band's middle, in half widths of the band, of logarithms: below 1 the band
covers. The scale is the larger of two quantiles: that at which the development cohorts, made by other engines, are
covered as promised, and that at which no group of stressed virtual subjects (stress.yaml) is covered less than it must
be in the worst case. One number for flexors, one for extensors.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from deepemg.audit.pipeline import Config, process_subject
from deepemg.audit.stress import read_cases, recruit, stressed, told
from deepemg.audit.virtual_trials import HIDDEN, Recorded, estimates
from deepemg.reconstruct.nmm import fit
from deepemg.reconstruct.nmm.ensemble import Ensemble
from deepemg.reconstruct.nmm.features import FLEXOR, OFFSET, SLOTS
from deepemg.reconstruct.nmm.virtual.draws import read_assumptions

COVERAGE = 0.9
WORST_COVERAGE = 0.8
SEED = 20251123  # other subjects than those of the stress table
SUBJECTS = 192
Misses = dict[str, np.ndarray]


def misses(muscle: str, truth: np.ndarray, lower: np.ndarray, upper: np.ndarray) -> np.ndarray:
    """Misses of one muscle; shapes are those of `truth`, excitations and bands are fractions of MVC."""
    offset = float(OFFSET[SLOTS.index(muscle)])
    low, high, true = (np.log(values + offset) for values in (lower, upper, truth))
    return np.abs(true - (low + high) / 2) / ((high - low) / 2)


def cohort_misses(cohort: Path, config: Config, settings: dict[str, Any]) -> list[Misses]:
    """By action of the hidden muscles, one entry per test trial of a cohort, after the subject fit."""
    result: list[Misses] = []
    for folder in tqdm(sorted(cohort.glob("S*")), desc=cohort.name, file=sys.stderr):
        subject = process_subject(folder, config)
        training = [trial for trial in subject.trials if trial.split == "train"]
        fitted = fit(training, subject.arm, seed=config["seed"], settings=settings)
        for trial in (trial for trial in subject.trials if trial.split == "test"):
            truth, found = subject.held_out[subject.held_out["trial"] == trial.name], fitted.reconstruct(trial)
            for muscle in (name for name in found.muscles if name in truth):
                at = found.muscles.index(muscle)
                values = misses(muscle, truth[muscle].to_numpy(), found.lower[:, at], found.upper[:, at])
                result.append({subject.arm.muscle(muscle).action: values})
    return result


def stress_misses(ensemble: Ensemble) -> list[Misses]:
    """By action of the hidden muscles, one entry per case of stress.yaml: all its subjects, by the networks alone."""
    result: list[Misses] = []
    for case in tqdm(read_cases(), "stress", unit="case"):
        pooled: dict[str, list[np.ndarray]] = {}
        for group in recruit(stressed(read_assumptions(), case.get("assumptions", {})), SUBJECTS, 3, seed=SEED):
            group = told(group, case.get("told", {}))
            _, lower, upper, _ = estimates(ensemble, group, Recorded())
            for muscle in HIDDEN:
                at = SLOTS.index(muscle)
                truth = group.excitations[:, 0, :, at].numpy()
                values = misses(muscle, truth, lower[..., at], upper[..., at])
                pooled.setdefault("flexor" if FLEXOR[at] else "extensor", []).append(values.ravel())
        result.append({action: np.concatenate(values) for action, values in pooled.items()})
    return result


def band_scale(cohorts: Iterable[Misses], cases: Iterable[Misses]) -> dict[str, float]:
    """The factor of each action's bands, of misses of bands that were not scaled."""
    pooled: dict[str, list[np.ndarray]] = {}
    for trial in cohorts:
        for action, values in trial.items():
            pooled.setdefault(action, []).append(values)
    scale = {action: float(np.quantile(np.concatenate(values), COVERAGE)) for action, values in pooled.items()}
    for case in cases:
        for action, values in case.items():
            scale[action] = max(scale.get(action, 0.0), float(np.quantile(values, WORST_COVERAGE)))
    return scale
