"""A cohort of simulated subjects, each trial made in a process of its own."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from tqdm import tqdm

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.closed_loop import Truth
from deepemg.simulate.description import read_source, write_subject
from deepemg.simulate.emg import raw_emg
from deepemg.simulate.folder import write_trial
from deepemg.simulate.isometric import simulate_hold, simulate_mvc, simulate_rest
from deepemg.simulate.movement import simulate_movement
from deepemg.simulate.protocol import Movement, Protocol, Rest, Trial
from deepemg.simulate.subject import Subject, sample_subject


@dataclass(frozen=True)
class Cohort:
    """What makes a cohort: the same cohort has the same files, byte for byte."""

    seed: int
    tier: str
    protocol: Protocol
    assumptions: Assumptions
    emg_format: Literal["csv", "edf"] = "csv"

    @property
    def source(self) -> str:
        """One line that tells cohorts apart, for subject.yaml."""
        made_of = json.dumps([asdict(self.protocol), self.assumptions, self.emg_format], sort_keys=True)
        digest = hashlib.sha256(made_of.encode()).hexdigest()[:8]
        return f"simulated (tier {self.tier}, seed {self.seed}, assumptions {digest})"

    def trials(self) -> tuple[Trial, ...]:
        return self.protocol.trials(self.tier, self.assumptions)

    def generator(self, index: int, purpose: str) -> np.random.Generator:
        """Random numbers for one purpose of subject `index`, whatever else is made in the same run."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, index, zlib.crc32(purpose.encode())]))

    def subject(self, index: int) -> Subject:
        """Subject number `index` (from 1); the same body and habits in every tier."""
        return sample_subject(f"S{index}", lambda part: self.generator(index, f"subject {part}"), self.assumptions)


def simulate_trial(cohort: Cohort, subject: Subject, trial: Trial, rng: np.random.Generator) -> Truth:
    """Motion, excitations, activations and torque of a trial."""
    made_by = (cohort.tier, rng, cohort.assumptions)
    if isinstance(trial, Movement):
        return simulate_movement(subject, trial, *made_by)
    if isinstance(trial, Rest):
        return simulate_rest(subject, trial, *made_by)
    return simulate_mvc(subject, trial, *made_by) if trial.role == "mvc" else simulate_hold(subject, trial, *made_by)


def make_trial(folder: Path, cohort: Cohort, index: int, trial: Trial) -> None:
    """Simulate one trial of subject `index` and write its files into the subject's folder."""
    subject, assumptions = cohort.subject(index), cohort.assumptions
    truth = simulate_trial(cohort, subject, trial, cohort.generator(index, trial.name))
    sensors = cohort.generator(index, f"{trial.name} sensors")
    emg = raw_emg(subject.electrodes, truth.excitation, assumptions["control"]["interval"], sensors, assumptions["emg"])
    write_trial(folder, trial, subject, truth, emg, sensors, assumptions, cohort.emg_format)


def make_cohort(out: Path, cohort: Cohort, subjects: int, jobs: int) -> list[str]:
    """Write subject folders S1, S2, ... into `out`; the answer names the trials that were lost to a crash.

    A subject's folder lists the trials that were made. Subjects that an earlier run of the same cohort finished are
    left as they are. Raises FileExistsError before any work where another subject is already there.
    """
    missing = []
    for index in range(1, subjects + 1):
        found = read_source(out / f"S{index}")
        if found is None:
            missing.append(index)
        elif found != cohort.source:
            expected = f"nothing there, or the same: {cohort.source}"
            raise FileExistsError(f"{out / f'S{index}'}: found {found}, expected {expected}; choose another --out")
    trials = cohort.trials()
    lost: dict[int, set[str]] = {index: set() for index in missing}
    waiting = {index: len(trials) for index in missing}
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=len(missing) * len(trials), unit="trial") as progress:
        running = {
            pool.submit(_in_own_process, out / f"S{index}", cohort, index, trial): (index, trial.name)
            for index in missing
            for trial in trials
        }
        for done in as_completed(running):
            index, name = running[done]
            progress.set_postfix_str(f"S{index} {name}")
            progress.update()
            if not done.result():
                lost[index].add(name)
            waiting[index] -= 1
            if waiting[index] == 0:
                made = [trial for trial in trials if trial.name not in lost[index]]
                subject = cohort.subject(index)
                folder = out / subject.name
                write_subject(folder, subject, made, cohort.source, cohort.emg_format, cohort.assumptions)
    return [f"S{index} {name}" for index in missing for name in sorted(lost[index])]


def _in_own_process(folder: Path, cohort: Cohort, index: int, trial: Trial) -> bool:
    """Make a trial in a fresh process, so that a crash inside an engine costs this trial only."""
    process = multiprocessing.get_context("spawn").Process(target=make_trial, args=(folder, cohort, index, trial))
    process.start()
    process.join()
    return process.exitcode == 0
