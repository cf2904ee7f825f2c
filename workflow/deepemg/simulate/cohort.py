"""A cohort of simulated subjects, each trial made in a process of its own."""

from __future__ import annotations

import hashlib
import json
import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
from tqdm import tqdm

from deepemg.child_processes import ends_well
from deepemg.folder_aside import folder_aside, is_free, put_in_place
from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.closed_loop import Truth
from deepemg.simulate.description import read_source, write_subject
from deepemg.simulate.emg import raw_emg
from deepemg.simulate.folder import STATE_FILE, write_trial
from deepemg.simulate.isometric import simulate_hold, simulate_mvc, simulate_rest
from deepemg.simulate.movement import ArmLostError, simulate_movement
from deepemg.simulate.protocol import Movement, Rest, Streams, Trial, trials_of
from deepemg.simulate.subject import Subject, sample_subject

TAKES = 20  # of a trial in which the muscles lose the arm
FORMAT = 2  # raise it when the code makes other files out of the same assumptions


@dataclass(frozen=True)
class Cohort:
    """What makes a cohort: the same cohort has the same files, byte for byte."""

    seed: int
    tier: str
    assumptions: Assumptions
    emg_format: Literal["csv", "edf"] = "csv"

    @property
    def source(self) -> str:
        """One line that tells cohorts apart, for subject.yaml."""
        made_of = json.dumps([FORMAT, self.assumptions, self.emg_format], sort_keys=True)
        digest = hashlib.sha256(made_of.encode()).hexdigest()[:8]
        return f"simulated (tier {self.tier}, seed {self.seed}, assumptions {digest})"

    def trials(self) -> tuple[Trial, ...]:
        return trials_of(self.tier, self.assumptions)

    def generator(self, index: int, purpose: str) -> np.random.Generator:
        """Random numbers for one purpose of subject `index`, whatever else is made; alike in all tiers."""
        return np.random.default_rng(np.random.SeedSequence([self.seed, index, zlib.crc32(purpose.encode())]))

    def streams(self, index: int, trial: str) -> Streams:
        """Random numbers of one trial of subject `index`, by what they are for."""
        return lambda part: self.generator(index, f"{trial} {part}")

    def subject(self, index: int) -> Subject:
        """Subject number `index` (from 1); the same body and habits in every tier."""
        return sample_subject(f"S{index}", lambda part: self.generator(index, f"subject {part}"), self.assumptions)


def simulate_trial(cohort: Cohort, subject: Subject, trial: Trial, streams: Streams) -> Truth:
    """Motion, excitations, activations and torque of a trial."""
    made_by = (cohort.tier, streams, cohort.assumptions)
    if isinstance(trial, Movement):
        return simulate_movement(subject, trial, *made_by)
    if isinstance(trial, Rest):
        return simulate_rest(subject, trial, *made_by)
    return simulate_mvc(subject, trial, *made_by) if trial.role == "mvc" else simulate_hold(subject, trial, *made_by)


def good_take(cohort: Cohort, index: int, subject: Subject, trial: Trial) -> tuple[Streams, Truth]:
    """The trial, done again with other random numbers where the muscles lost the arm, as in a lab.

    Raises ArmLostError after too many takes.
    """
    for take in range(1, TAKES + 1):
        streams = cohort.streams(index, trial.name if take == 1 else f"{trial.name} take {take}")
        try:
            return streams, simulate_trial(cohort, subject, trial, streams)
        except ArmLostError as error:
            lost = error
    raise lost


def make_trial(folder: Path, cohort: Cohort, index: int, trial: Trial) -> None:
    """Simulate one trial of subject `index` and write its files into the subject's folder."""
    subject, assumptions = cohort.subject(index), cohort.assumptions
    streams, truth = good_take(cohort, index, subject, trial)
    interval = assumptions["control"]["interval"]
    emg = raw_emg(subject.electrodes, truth.excitation, interval, streams("emg"), assumptions["emg"])
    write_trial(folder, trial, subject, truth, emg, streams, assumptions, cohort.emg_format)


def make_cohort(out: Path, cohort: Cohort, subjects: int, jobs: int) -> list[str]:
    """Write subject folders S1, S2, ... into `out`; the answer names the trials that were lost.

    A trial is lost where the engine crashed, or the muscles lost the arm in every take; a crash costs this trial only,
    for each is made in a process of its own. A subject's folder stands under its name once all of its trials are made
    or lost, and lists those that were made. What an earlier run of the same cohort made stays as it is, also where it
    was killed; what it lost is made again. Raises FileExistsError before any work where other files are already there.
    """
    wanted = cohort.trials()
    places = {index: _place(out / f"S{index}", cohort) for index in range(1, subjects + 1)}
    made = {index: {trial.name for trial in wanted if _is_made(place, trial)} for index, place in places.items()}
    missing = {index: [trial for trial in wanted if trial.name not in names] for index, names in made.items()}
    waiting = {index: len(trials) for index, trials in missing.items()}
    for index, place in places.items():
        if not missing[index] and place != out / f"S{index}":  # killed before it got its name
            _finish(place, out, cohort, index, list(wanted))
    pool = ThreadPoolExecutor(jobs)
    running = {
        pool.submit(ends_well, make_trial, places[index], cohort, index, trial): (index, trial.name)
        for index, trials in missing.items()
        for trial in trials
    }
    try:
        for done in tqdm(as_completed(running), total=len(running), unit="trial"):
            index, name = running[done]
            if done.result():
                made[index].add(name)
            waiting[index] -= 1
            if waiting[index] == 0 and made[index]:
                _finish(places[index], out, cohort, index, [trial for trial in wanted if trial.name in made[index]])
    finally:
        pool.shutdown(cancel_futures=True)  # an interrupt leaves what is finished, and begins nothing more
    return [f"S{index} {trial.name}" for index in made for trial in wanted if trial.name not in made[index]]


def _place(folder: Path, cohort: Cohort) -> Path:
    """Where a subject is made: in its folder if that is there already, else aside.

    Raises FileExistsError where the folder is of another cohort, or nobody knows whose.
    """
    found = read_source(folder)
    if found == cohort.source:
        return folder
    if found or not is_free(folder):
        expected = f"nothing there, or the same: {cohort.source}"
        raise FileExistsError(f"{folder}: found {found or 'other files'}, expected {expected}; choose another --out")
    return folder_aside(folder, cohort.source)


def _is_made(place: Path, trial: Trial) -> bool:
    """Whether all files of a trial are there: that of the true state is the last to be written."""
    return (place / STATE_FILE.format(trial=trial.name)).is_file()


def _finish(place: Path, out: Path, cohort: Cohort, index: int, made: list[Trial]) -> None:
    """Describe a subject with the trials that were made, and give its folder its name."""
    subject, sharing = cohort.subject(index), cohort.assumptions["tiers"][cohort.tier]["sharing"]
    write_subject(place, subject, made, cohort.source, cohort.emg_format, sharing, cohort.assumptions)
    put_in_place(place, out / subject.name)
