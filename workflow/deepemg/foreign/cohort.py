"""Persons of tier T5, from a seed to their folders."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

import numpy as np
import yaml

from deepemg.child_processes import process_pool
from deepemg.folder_aside import folder_aside, is_free, put_in_place
from deepemg.foreign.arm import Motion, simulate
from deepemg.foreign.control import Curls, isometric, prescribed
from deepemg.foreign.files import write_person, write_trial
from deepemg.foreign.person import Generator, Person, draw_person
from deepemg.foreign.plan import Trial, plan_curls, trials_of
from deepemg.foreign.surface import raw_emg
from deepemg.foreign.values import Values

TIER = "T5"
FORMAT = 1  # raise it when the code makes other files out of the same values


def source_of(seed: int, values: Values) -> str:
    """One line that tells cohorts apart, for subject.yaml."""
    digest = hashlib.sha256(json.dumps([FORMAT, values], sort_keys=True).encode()).hexdigest()[:8]
    return f"simulated (tier {TIER}, seed {seed}, assumptions {digest})"


def generator(seed: int, index: int) -> Generator:
    """Random numbers of person `index` for any purpose, whatever else is made."""
    return lambda purpose: np.random.default_rng([seed, index, *purpose.encode()])


def move_person(person: Person, trials: Sequence[Trial], streams: Generator, values: Values) -> dict[str, Motion]:
    """Motion, excitations and torque of every trial, by name."""
    curls = [trial for trial in trials if trial.role == "movement"]
    efforts = [trial for trial in trials if trial.role != "movement"]
    made: dict[str, Motion] = {}
    if curls:
        rngs = [streams(f"{trial.name} movement") for trial in curls]
        plans = [
            plan_curls(person.habits.plan, trial.repetitions, rng, values)
            for trial, rng in zip(curls, rngs, strict=True)
        ]
        load, start = np.array([trial.load for trial in curls]), np.array([plan.angle[0] for plan in plans])
        commands = Curls(person, load, plans, rngs, values)
        together = simulate(person, load, start, commands, commands.rows, False, values)
        made |= {trial.name: _one(together, b, len(plans[b].angle)) for b, trial in enumerate(curls)}
    if efforts:
        tables = [isometric(person, trial, streams(f"{trial.name} effort"), values) for trial in efforts]
        follow, rows = prescribed(tables)
        angle = np.full(len(efforts), np.deg2rad(float(values["protocol"]["isometric_angle"]["value"])))
        together = simulate(person, np.zeros(len(efforts)), angle, follow, rows, True, values)
        made |= {trial.name: _one(together, b, len(tables[b])) for b, trial in enumerate(efforts)}
    return made


def _one(together: Motion, place: int, rows: int) -> Motion:
    return Motion(*(getattr(together, field.name)[:rows, place] for field in fields(Motion)))


def make_person(folder: Path, seed: int, index: int, values: Values) -> None:
    """Draw a person, do all trials, and write the folder, which takes its name when all of it is there."""
    source = source_of(seed, values)
    aside, streams, trials = folder_aside(folder, source), generator(seed, index), trials_of(values)
    person = draw_person(f"S{index}", streams, values)
    motions = move_person(person, trials, streams, values)
    interval = float(values["control"]["interval"]["value"])
    for trial in trials:
        motion = motions[trial.name]
        emg = raw_emg(
            motion.excitation,
            motion.acceleration,
            interval,
            person.pools,
            person.electrodes,
            streams(f"{trial.name} emg"),
            values["surface"],
        )
        write_trial(aside, trial, person, motion, emg, streams(f"{trial.name} sensors"), values)
    write_person(aside, person, trials, source, values)
    put_in_place(aside, folder)


def make_cohort(out: Path, seed: int, subjects: int, values: Values, jobs: int) -> None:
    """Write folders S1, S2, ... into `out`, some `jobs` at once; those of the same seed and values that are there stay.

    Raises FileExistsError before any work where other files are already there.
    """
    source, missing = source_of(seed, values), []
    for index in range(1, subjects + 1):
        folder = out / f"S{index}"
        found = _found(folder)
        if found != source and not is_free(folder):
            told = f"found {found or 'other files'}, expected nothing there, or the same: {source}"
            raise FileExistsError(f"{folder}: {told}; choose another --out")
        if found != source:
            missing.append(index)
    with process_pool(jobs) as pool:
        for made in [pool.submit(make_person, out / f"S{index}", seed, index, values) for index in missing]:
            made.result()


def _found(folder: Path) -> str | None:
    """The `source` of a subject that is already there."""
    description = folder / "subject.yaml"
    if not description.exists():
        return None
    try:
        return str(yaml.safe_load(description.read_bytes())["source"])
    except (yaml.YAMLError, TypeError, KeyError):
        return "a subject.yaml of somebody else"
