"""How wide the bands of `nmm` must be, judged on subjects that its networks were not trained on.

A miss is the distance of the truth from the band's middle, in half widths of the band, of logarithms: below 1 the band
covers. The scale is the larger of two quantiles: that at which the development cohorts, made by other engines, are
covered as promised, and that at which no group of stressed virtual subjects (stress.yaml) is covered less than it must
be in the worst case. One number for flexors, one for extensors.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence

import numpy as np
from tqdm import tqdm

from deepemg.pretrain.protocols import changed
from deepemg.pretrain.stress import read_cases, recruit, with_errors
from deepemg.pretrain.virtual.draws import read_assumptions
from deepemg.pretrain.virtual_trials import HIDDEN, Recorded, estimates
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.method import NMM
from deepemg.reconstruct.nmm.slots import FLEXOR, SLOTS
from deepemg.reconstruct.nmm.target import OFFSET
from deepemg.signals.recording import Recording

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


def cohort_misses(recordings: Sequence[Recording], method: NMM) -> list[Misses]:
    """By action of the hidden muscles, one entry per test trial of the subjects, after the subject fit."""
    result: list[Misses] = []
    for recording in tqdm(recordings, desc="development", file=sys.stderr):
        fitted = method.fit(recording.train)
        for trial in recording.test:
            truth, found = recording.held_out[recording.held_out["trial"] == trial.name], fitted.reconstruct(trial)
            for muscle in (name for name in found.muscles if name in truth):
                at = found.muscles.index(muscle)
                values = misses(muscle, truth[muscle].to_numpy(), found.lower[:, at], found.upper[:, at])
                result.append({recording.joint.muscle(muscle).action: values})
    return result


def stress_misses(amortised: AmortisedPosterior) -> list[Misses]:
    """By action of the hidden muscles, one entry per case of stress.yaml: all its subjects, by the networks alone."""
    result: list[Misses] = []
    for case in tqdm(read_cases(), "stress", unit="case"):
        pooled: dict[str, list[np.ndarray]] = {}
        for group in recruit(changed(read_assumptions(), case.get("assumptions", {})), SUBJECTS, 3, seed=SEED):
            wrong = with_errors(group, case.get("errors", {}))
            _, lower, upper, _ = estimates(amortised, wrong, Recorded())
            for muscle in HIDDEN:
                at = SLOTS.index(muscle)
                truth = wrong.excitations[:, 0, :, at].numpy()
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
