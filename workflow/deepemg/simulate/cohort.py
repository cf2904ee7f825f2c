"""A cohort of simulated subjects: which trials it has, each made in a process of its own."""

from __future__ import annotations

import multiprocessing
import zlib
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.emg import mvc_excitation, raw_emg
from deepemg.simulate.folder import Trial, write_motion, write_subject, write_trial
from deepemg.simulate.forward import simulate_trial
from deepemg.simulate.subject import Subject, sample_subject


@dataclass(frozen=True)
class Protocol:
    """What every subject does: hand loads (kg) and the repetitions of each train and test trial."""

    loads: tuple[float, ...]
    train_repetitions: int
    test_repetitions: int

    def movements(self) -> tuple[Trial, ...]:
        repetitions = {"train": self.train_repetitions, "test": self.test_repetitions}
        return tuple(
            Trial(f"{load:g}kg_{split}", "movement", load_kg=load, split=split, repetitions=count)
            for load in self.loads
            for split, count in repetitions.items()
        )


def mvc_trials(count: int) -> tuple[Trial, ...]:
    """Maximal contractions, `count` in each direction."""
    return tuple(
        Trial(f"mvc_{direction}_{number}", "mvc", action=action)
        for direction, action in (("flexion", "flexor"), ("extension", "extensor"))
        for number in range(1, count + 1)
    )


def generator(seed: int, subject_index: int, purpose: str) -> np.random.Generator:
    """Random numbers of one subject's trial (or of the subject itself), whatever else is made in the same run."""
    return np.random.default_rng(np.random.SeedSequence([seed, subject_index, zlib.crc32(purpose.encode())]))


def make_subject(seed: int, index: int, assumptions: Assumptions) -> Subject:
    """Subject number `index` (from 1) of the cohort with this seed."""
    return sample_subject(f"S{index}", generator(seed, index, "subject"), assumptions)


def make_trial(folder: Path, seed: int, index: int, trial: Trial, assumptions: Assumptions) -> None:
    """Simulate one trial of subject `index` and write its files into the subject's folder."""
    subject = make_subject(seed, index, assumptions)
    rng = generator(seed, index, trial.name)
    interval = assumptions["control"]["interval"]
    if trial.role == "movement":
        truth = simulate_trial(subject, trial.load_kg, trial.repetitions, rng, assumptions)
        write_motion(folder, trial, subject, truth, rng, assumptions)
        excitation = truth.excitation
    else:
        excitation = mvc_excitation(subject, trial.action, interval, rng, assumptions["mvc"])
    emg = raw_emg(subject.electrodes, excitation, interval, rng, assumptions["emg"])
    write_trial(folder, trial, subject, emg, excitation, assumptions)


def make_cohort(
    out: Path, seed: int, subjects: int, protocol: Protocol, jobs: int, assumptions: Assumptions
) -> list[str]:
    """Write subject folders S1, S2, ... into `out`; the answer names the trials that were lost to a crash.

    A subject's folder lists the trials that were made. Raises FileExistsError before any work where a subject is
    already there.
    """
    folders = {index: out / f"S{index}" for index in range(1, subjects + 1)}
    for folder in folders.values():
        if (folder / "subject.yaml").exists():
            raise FileExistsError(f"{folder}: subject exists, expected a new folder; choose another --out")
    trials = (*protocol.movements(), *mvc_trials(assumptions["mvc"]["trials"]))
    lost: set[tuple[int, str]] = set()
    with ThreadPoolExecutor(jobs) as pool, tqdm(total=subjects * len(trials), unit="trial") as progress:
        running = {
            pool.submit(_in_own_process, folder, seed, index, trial, assumptions): (index, trial.name)
            for index, folder in folders.items()
            for trial in trials
        }
        for done in as_completed(running):
            progress.update()
            if not done.result():
                lost.add(running[done])
    for index, folder in folders.items():
        made = [trial for trial in trials if (index, trial.name) not in lost]
        write_subject(folder, make_subject(seed, index, assumptions), made, seed, assumptions)
    return [f"S{index} {name}" for index, name in sorted(lost)]


def _in_own_process(folder: Path, seed: int, index: int, trial: Trial, assumptions: Assumptions) -> bool:
    """Make a trial in a fresh process, so that a crash inside OpenSim costs this trial only."""
    process = multiprocessing.get_context("spawn").Process(
        target=make_trial, args=(folder, seed, index, trial, assumptions)
    )
    process.start()
    process.join()
    return process.exitcode == 0
