"""Shared fixtures: joints, synthetic trials, a tiny simulated cohort, the real recordings."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # tests run on all cores already; before anything starts its threads

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.joint_moment import joint_moment
from deepemg.signals.recording import Contraction, Recording, Reference, Trial, envelope_matrix
from deepemg.simulate.assumptions import Assumptions, load_assumptions, vary
from deepemg.simulate.cohort import Cohort, make_cohort

ROOT = Path(__file__).parents[1]
SEED = 20250307  # a development seed, never that of the embedded cohort


def tiny_assumptions() -> Assumptions:
    """The published assumptions with two loads, one curl a trial, one maximal contraction in each direction."""
    published = load_assumptions()
    once = {name: entry | {"trials": 1} for name, entry in published["protocol"]["isometric"].items()}
    short = {"loads": [0.0, 2.0], "train_repetitions": 1, "test_repetitions": 1, "isometric": once}
    return vary(published, {"protocol": short})


TINY = Cohort(SEED, "T1", tiny_assumptions())


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def elbow6() -> Joint:
    return load_joint("elbow6")


@pytest.fixture(scope="session")
def cube() -> Path:
    """Folder of the CUBE recordings; they are third-party data and not part of the project."""
    base = Path(os.environ.get("DEEPEMG_RECORDINGS", ROOT.parent / "shared" / "data"))
    folder = base / "cube_elbow_curls"
    if not folder.is_dir():
        pytest.skip(f"real recordings absent ({folder}); set DEEPEMG_RECORDINGS to the folder that holds them")
    return folder


def make_trial(
    joint: Joint, *, name: str = "a", load_kg: float = 2.0, seconds: float = 4.0, phase: float = 0.0
) -> Trial:
    """A curl with closed-form torque and plausible observed envelopes."""
    time = np.arange(0, seconds, 0.01)
    omega = 2 * np.pi * 0.4
    angle = 1.0 - 0.9 * np.cos(omega * time + phase)
    velocity = 0.9 * omega * np.sin(omega * time + phase)
    acceleration = 0.9 * omega**2 * np.cos(omega * time + phase)
    torque = joint_moment(joint.skeleton, angle, acceleration, load_kg=load_kg)
    effort = np.clip(torque / 40, 0, 1)
    envelopes = {
        "BIClong": effort + 0.02,
        "BICshort": 0.8 * effort + 0.03,
        "TRIlong": 0.03 + 0.01 * np.sin(omega * time),
        "TRIlat": 0.04 + 0.01 * np.cos(omega * time),
    }
    matrix = envelope_matrix(joint.muscle_names, envelopes, len(time))
    label = f"{load_kg:g}kg"
    return Trial(name, "train", label, load_kg, time, angle, velocity, torque, matrix, joint.muscle_names)


def with_envelopes(trial: Trial, envelopes: Mapping[str, Any]) -> Trial:
    """The trial with these muscles' envelopes (T,) in place of, or beside, its own."""
    own = {name: trial.envelope(name) for name in trial.observed}
    return replace(trial, envelopes=envelope_matrix(trial.muscles, own | dict(envelopes), len(trial.time_s)))


def only(trial: Trial, muscles: Sequence[str]) -> Trial:
    """The trial with the envelopes of these muscles alone."""
    return trial.without([name for name in trial.observed if name not in muscles])


def record(
    joint: Joint,
    trials: Sequence[Trial],
    contractions: Sequence[Contraction] = (),
    reference: Reference = "mvc",
) -> Recording:
    """A recording of some trials."""
    return Recording(joint, tuple(trials), tuple(contractions), reference)


@pytest.fixture(scope="session")
def trials(elbow6: Joint) -> tuple[Trial, ...]:
    return tuple(make_trial(elbow6, name=f"{load}kg", load_kg=load, phase=load / 5) for load in (0.0, 2.0, 4.0))


@pytest.fixture(scope="session")
def recording(elbow6: Joint, trials: tuple[Trial, ...]) -> Recording:
    return record(elbow6, trials)


@pytest.fixture(scope="session")
def tiny_cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One simulated subject S1: two loads, one curl a trial, one effort of each kind."""
    out = tmp_path_factory.mktemp("cohort")
    assert make_cohort(out, TINY, 1, jobs=2) == []
    return out


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest file first: where files run on several cores, it would else run alone at the end."""
    items.sort(key=lambda item: item.path.name != "test_workflow.py")
