"""Which part of the simulated truth makes the networks err over the curl: one mechanism switched at a time.

The error of brachialis by phase of the curl, on virtual subjects and on cohorts that are made with one assumption
changed (`mechanisms.yaml`), by the networks alone: no subject fit, courses as they were learnt.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import yaml

from deepemg.audit.curl_errors import curl_errors, over_cells
from deepemg.audit.truth_files import subject_folders
from deepemg.evaluate.phases import phase_of
from deepemg.pretrain.learning_curve import recruit_for_a_study
from deepemg.pretrain.stress import CURVES
from deepemg.pretrain.virtual_trials import Recorded, estimates
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, load_weights
from deepemg.reconstruct.nmm.envelope_posterior import envelope_posteriors
from deepemg.reconstruct.nmm.method import NMM, nearest
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.signals.read import read
from deepemg.signals.recording import Recording, Trial
from deepemg.simulate.assumptions import Assumptions, vary
from deepemg.simulate.cohort import Cohort, make_cohort

MECHANISMS = Path(__file__).with_name("mechanisms.yaml")
MUSCLE = "BRA"
VIRTUAL = "virtual subjects"
VIRTUAL_SUBJECTS, VIRTUAL_SEED = 288, 20261210  # of no training and of nothing else


@dataclass(frozen=True)
class Mechanism:
    """A tier with nested changes of its assumptions."""

    name: str
    tier: str
    changes: Mapping[str, Any]

    @property
    def folder(self) -> str:
        """Name of its cohort's folder."""
        return re.sub(r"\W+", "_", self.name)


def read_mechanisms(path: Path = MECHANISMS) -> list[Mechanism]:
    """The mechanisms of a file, in its order."""
    return [Mechanism(**entry) for entry in yaml.safe_load(path.read_text())]


def as_it_is(mechanisms: Sequence[Mechanism], tier: str) -> str:
    """Name of the case in which nothing of a tier is changed. Raises ValueError where there is none."""
    for mechanism in mechanisms:
        if mechanism.tier == tier and not mechanism.changes:
            return mechanism.name
    raise ValueError(f"no mechanism leaves {tier} as it is; expected one with changes: {{}}")


def mechanisms_table(
    seed: int, assumptions: Assumptions, weights: Path | None, subjects: int, out: Path, jobs: int
) -> pd.DataFrame:
    """A row per case and phase of the curl (`curl_errors.over_cells`): virtual subjects, then every mechanism.

    The cohorts are made in `out` where they are not there, with the loads of the assumptions. Raises RuntimeError where
    a trial is lost.
    """
    amortised, mechanisms = load_weights(weights), read_mechanisms()
    plain = replace(amortised, contrast=dict.fromkeys(amortised.contrast, 1.0))
    tables = [virtual_cells(plain)]
    for mechanism in mechanisms:
        folder = out / mechanism.folder
        cohort = Cohort(seed, mechanism.tier, vary(assumptions, mechanism.changes))
        lost = make_cohort(folder, cohort, subjects, jobs)
        if lost:
            raise RuntimeError(f"{mechanism.name}: lost {', '.join(lost)}")
        beside = as_it_is(mechanisms, mechanism.tier)
        tables.append(cohort_cells(plain, folder, subjects).assign(case=mechanism.name, beside=beside))
    return over_cells(pd.concat(tables, ignore_index=True))


def cohort_cells(amortised: AmortisedPosterior, folder: Path, subjects: int) -> pd.DataFrame:
    """Rows of `curl_errors` for the test trials of the first subjects of a cohort, with cell, the subject and trial."""
    cells = []
    for path in list(subject_folders(folder).values())[:subjects]:
        recording = read(path)
        for trial in recording.test:
            held_out = recording.held_out[recording.held_out["trial"] == trial.name]
            estimate = by_networks(amortised, recording.train, trial)[:, trial.muscles.index(MUSCLE)]
            rows = curl_errors(held_out[MUSCLE].to_numpy(), estimate, phase_of(trial.angle, trial.velocity))
            cells.append(rows.assign(cell=f"{path.name} {trial.name}"))
    return pd.concat(cells, ignore_index=True)


def by_networks(amortised: AmortisedPosterior, training: Recording, trial: Trial) -> np.ndarray:
    """Envelopes (T, n_muscles) of a trial that is read beside the training trials, without a subject fit.

    Raises ValueError where the weights cannot read the recording.
    """
    method = NMM()
    amortised.trained_with.check(training, method.forward)
    given = training.of_trials([*nearest(training.trials, trial), trial])
    posterior = method.infer(amortised, given)
    return envelope_posteriors(posterior, amortised, given, measured_log_sd=method.measured_log_sd)[-1].mean


def virtual_cells(amortised: AmortisedPosterior) -> pd.DataFrame:
    """Rows of `curl_errors` for virtual subjects in the protocol of a study: all, then by their muscle curves."""
    place, cells = SLOTS.index(MUSCLE), []
    groups = recruit_for_a_study(VIRTUAL_SUBJECTS, seed=VIRTUAL_SEED)
    for curves, group in zip(CURVES, groups, strict=True):
        found, *_ = estimates(amortised, group, Recorded())
        truth, case = group.excitations[:, 0].numpy(), f"{VIRTUAL}, {curves.replace('_', ' ')}"
        for subject, phase in enumerate(phase_of(group.angle[:, 0].numpy(), group.velocity[:, 0].numpy())):
            rows = curl_errors(truth[subject, :, place], found[subject, :, place], phase)
            cells.append(rows.assign(case=case, cell=f"{curves} {subject}", beside=""))
    by_curves = pd.concat(cells, ignore_index=True)
    return pd.concat([by_curves.assign(case=VIRTUAL), by_curves], ignore_index=True)
