"""Is a simulated trial one mechanical event? Replay its excitations, and compute its torque backwards."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from deepemg.audit.truth_files import movements, read_excitation, read_state, subject_folders
from deepemg.child_processes import process_pool
from deepemg.joint.opensim import inverse_dynamics
from deepemg.simulate.closed_loop import open_loop
from deepemg.simulate.cohort import Cohort
from deepemg.simulate.plants import make_plant
from deepemg.simulate.protocol import Movement


def consistency(cohort: Cohort, folder: Path, jobs: int) -> pd.DataFrame:
    """A row per movement trial in `folder`: tier, subject, trial, replay_deg and inverse_nm, both rms.

    `replay_deg`: the recorded excitations in open loop against the recorded motion. `inverse_nm`: OpenSim's inverse
    dynamics of that motion, before any sensor, against the torque of the muscles less the damping of the joint.
    """
    todo = [(cohort, path, index, name) for index, path in subject_folders(folder).items() for name in movements(path)]
    with process_pool(jobs) as pool:
        rows = list(tqdm(pool.map(_trial_row, todo), total=len(todo), desc="consistency", unit="trial"))
    return pd.DataFrame(rows, columns=["tier", "subject", "trial", "replay_deg", "inverse_nm"])


def _trial_row(task: tuple[Cohort, Path, int, str]) -> tuple[str, str, str, float, float]:
    cohort, folder, index, name = task
    subject = cohort.subject(index)
    trial = next(trial for trial in cohort.trials() if trial.name == name)
    if not isinstance(trial, Movement):
        raise TypeError(f"{name} is no movement")
    state = read_state(folder, name)
    excitation = read_excitation(folder, name).drop(columns="time").to_numpy()
    joint, control = subject.joint.in_posture(trial.posture), cohort.assumptions["control"]
    angle = np.deg2rad(state["angle_deg"].to_numpy())
    activation = state[[f"{muscle}_activation" for muscle in joint.muscle_names]].to_numpy()[0]
    plant = make_plant(cohort.assumptions["tiers"][cohort.tier]["engine"], subject, joint, trial.load_kg, control)
    again = open_loop(plant, excitation, float(angle[0]), activation, control["interval"])
    net = inverse_dynamics(joint, state["time"].to_numpy(), angle, load_kg=trial.load_kg)
    damping = subject.joint_damping * np.deg2rad(state["velocity_deg_s"].to_numpy())
    return (
        cohort.tier,
        subject.name,
        name,
        _rms(np.rad2deg(again.angle - angle)),
        _rms(net - (state["muscle_torque_nm"].to_numpy() - damping)),
    )


def _rms(values: np.ndarray) -> float:
    return float(np.sqrt(np.mean(values**2)))
