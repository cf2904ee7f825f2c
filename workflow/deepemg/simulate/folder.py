"""A simulated trial as files: what a lab would have recorded, and beside it the truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepemg.simulate.assumptions import Assumptions, draw_one
from deepemg.simulate.closed_loop import Truth
from deepemg.simulate.edf import write_edf
from deepemg.simulate.emg import amplifier_step, digitise
from deepemg.simulate.protocol import Isometric, Rest, Streams, Trial
from deepemg.simulate.subject import Subject
from deepemg.simulate.tables import write_table

EMG_FILE = "{trial}_emg.{suffix}"
EMG_SUFFIX = {"csv": "csv.gz", "edf": "edf"}
KINEMATICS_FILE = "{trial}_kinematics.csv.gz"
TORQUE_FILE = "{trial}_torque.csv.gz"
EXCITATION_FILE = "truth/{trial}_excitation.csv.gz"
STATE_FILE = "truth/{trial}_state.csv.gz"


def has_kinematics(trial: Trial) -> bool:
    """Whether the goniometer recorded a trial: all but rest."""
    return not isinstance(trial, Rest)


def has_torque(trial: Trial) -> bool:
    """Whether the dynamometer recorded a trial."""
    return isinstance(trial, Isometric) and trial.dynamometer


def write_trial(
    folder: Path,
    trial: Trial,
    subject: Subject,
    truth: Truth,
    emg: np.ndarray,
    streams: Streams,
    assumptions: Assumptions,
    emg_format: str,
) -> None:
    """Write all files of a trial; `emg` (N, C) in uV before it meets the amplifier."""
    _write_emg(folder / emg_file(trial, emg_format), subject, emg, assumptions)
    if has_kinematics(trial):
        _write_kinematics(
            folder / KINEMATICS_FILE.format(trial=trial.name), subject, truth, streams("goniometer"), assumptions
        )
    if has_torque(trial):
        _write_torque(folder / TORQUE_FILE.format(trial=trial.name), truth, streams("dynamometer"), assumptions)
    _write_truth(folder, trial, subject, truth)


def emg_file(trial: Trial, emg_format: str) -> str:
    """Name of a trial's EMG file in the subject's folder."""
    return EMG_FILE.format(trial=trial.name, suffix=EMG_SUFFIX[emg_format])


def _write_emg(path: Path, subject: Subject, emg: np.ndarray, assumptions: Assumptions) -> None:
    spread, record = assumptions["emg"], assumptions["control"]["interval"]
    samples, step = digitise(emg, spread), amplifier_step(spread)
    if path.suffix == ".edf":
        write_edf(path, subject.electrodes.channels, samples, step_uv=step, rate_hz=spread["rate"], record_s=record)
    else:
        write_table(path, subject.electrodes.channels, step * samples, "%.1f")


def _write_kinematics(
    path: Path, subject: Subject, truth: Truth, rng: np.random.Generator, assumptions: Assumptions
) -> None:
    goniometer = assumptions["goniometer"]
    every = _rows_per_sample(goniometer["rate"], assumptions)
    angle = np.rad2deg(truth.angle[::every])
    measured = angle + subject.goniometer_offset_deg + goniometer["noise"] * rng.standard_normal(len(angle))
    write_table(
        path,
        ("time", subject.joint.coordinate),
        np.column_stack([truth.time[::every], measured]),
        ("%.3f", "%.4f"),
    )


def _rows_per_sample(rate: float, assumptions: Assumptions) -> int:
    """Rows of the truth from one sample of a sensor to the next. Raises ValueError where its rate (Hz) fits no row."""
    rows = 1 / (rate * assumptions["control"]["interval"])
    if round(rows) < 1 or abs(rows - round(rows)) > 1e-9:
        raise ValueError(f"a sensor at {rate:g} Hz does not fit steps of {assumptions['control']['interval']:g} s")
    return round(rows)


def _write_torque(path: Path, truth: Truth, rng: np.random.Generator, assumptions: Assumptions) -> None:
    dynamometer = assumptions["dynamometer"]
    every = _rows_per_sample(dynamometer["rate"], assumptions)
    torque = truth.torque[::every]
    measured = (
        draw_one(rng, dynamometer["gain"]) * torque
        + draw_one(rng, dynamometer["offset"])
        + dynamometer["noise"] * rng.standard_normal(len(torque))
    )
    write_table(path, ("time", "torque"), np.column_stack([truth.time[::every], measured]), ("%.3f", "%.3f"))


def _write_truth(folder: Path, trial: Trial, subject: Subject, truth: Truth) -> None:
    names = subject.joint.muscle_names
    write_table(
        folder / EXCITATION_FILE.format(trial=trial.name),
        ("time", *names),
        np.column_stack([truth.time, truth.excitation]),
        ("%.3f", *["%.5f"] * len(names)),
    )
    degrees = np.rad2deg(np.column_stack([truth.angle, truth.velocity, truth.acceleration]))
    write_table(
        folder / STATE_FILE.format(trial=trial.name),
        (
            *("time", "angle_deg", "velocity_deg_s", "acceleration_deg_s2", "muscle_torque_nm"),
            *(f"{name}_activation" for name in names),
            *(f"{name}_force_n" for name in names),
            *(f"{name}_fibre_length_m" for name in names),
        ),
        np.column_stack([truth.time, degrees, truth.torque, truth.activation, truth.force, truth.fibre_length]),
        (
            "%.3f",
            "%.5f",
            "%.4f",
            "%.3f",
            "%.5f",
            *["%.5f"] * len(names),
            *["%.2f"] * len(names),
            *["%.6f"] * len(names),
        ),
    )
