"""A simulated subject as a subject folder: what a lab would have recorded, and beside it the truth."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from deepemg.files import written_aside
from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.forward import Truth
from deepemg.simulate.subject import Subject

EMG_FILE = "{trial}_emg.csv.gz"
KINEMATICS_FILE = "{trial}_kinematics.csv.gz"
EXCITATION_FILE = "truth/{trial}_excitation.csv.gz"
STATE_FILE = "truth/{trial}_state.csv.gz"


@dataclass(frozen=True)
class Trial:
    """A trial of the protocol; `load_kg`, `split` and `repetitions` describe a movement, `action` an MVC."""

    name: str
    role: str
    load_kg: float = 0.0
    split: str = ""
    repetitions: int = 0
    action: str = ""


def write_trial(
    folder: Path, trial: Trial, subject: Subject, emg: np.ndarray, excitation: np.ndarray, assumptions: Assumptions
) -> None:
    """Write what every trial has: raw EMG (N, C), uV, and the true excitations (T, n_muscles)."""
    step = assumptions["emg"]["resolution"]
    digitised = step * np.round(emg / step) + 0.0  # the sum turns -0.0 into 0.0
    write_table(folder / EMG_FILE.format(trial=trial.name), subject.electrodes.channels, digitised, "%.1f")
    time = np.arange(len(excitation)) * assumptions["control"]["interval"]
    write_table(
        folder / EXCITATION_FILE.format(trial=trial.name),
        ("time", *subject.arm.muscle_names),
        np.column_stack([time, excitation]),
        ("%.3f", *["%.5f"] * excitation.shape[1]),
    )


def write_motion(
    folder: Path, trial: Trial, subject: Subject, truth: Truth, rng: np.random.Generator, assumptions: Assumptions
) -> None:
    """Write what only a movement has: the goniometer's angle and the true state."""
    goniometer = assumptions["goniometer"]
    every = round(1 / (goniometer["rate"] * assumptions["control"]["interval"]))
    measured = np.rad2deg(truth.angle[::every]) + goniometer["noise"] * rng.standard_normal(len(truth.angle[::every]))
    write_table(
        folder / KINEMATICS_FILE.format(trial=trial.name),
        ("time", subject.arm.coordinate),
        np.column_stack([truth.time[::every], measured]),
        ("%.3f", "%.4f"),
    )
    names = subject.arm.muscle_names
    degrees = np.rad2deg(np.column_stack([truth.angle, truth.velocity, truth.acceleration]))
    write_table(
        folder / STATE_FILE.format(trial=trial.name),
        (
            *("time", "angle_deg", "velocity_deg_s", "acceleration_deg_s2", "muscle_torque_nm"),
            *(f"{name}_activation" for name in names),
            *(f"{name}_fibre_length_m" for name in names),
        ),
        np.column_stack([truth.time, degrees, truth.torque, truth.activation, truth.fibre_length]),
        ("%.3f", "%.5f", "%.4f", "%.3f", "%.5f", *["%.5f"] * len(names), *["%.6f"] * len(names)),
    )


def write_subject(folder: Path, subject: Subject, trials: Sequence[Trial], seed: int, assumptions: Assumptions) -> None:
    """Write the tables that describe a subject; `subject.yaml` comes last, for it makes the folder a subject."""
    parameters = pd.DataFrame(_parameters(subject), columns=["muscle", "parameter", "unit", "value"])
    _write_csv(folder / "truth" / "parameters.csv", parameters)
    _write_csv(folder / "channels.csv", _channels(subject, assumptions))
    _write_csv(folder / "trials.csv", _trials(trials))
    skeleton = subject.arm.skeleton
    measurements = {
        "mass_kg": round(subject.measured_mass_kg, 1),
        "upper_arm_m": skeleton.proximal.length,
        "forearm_m": skeleton.distal.length,
    }
    description = {
        "id": subject.name,
        "arm": subject.arm.name,
        "side": assumptions["side"],
        "format": "csv",
        **{key: {"value": float(value), "source": "measured"} for key, value in measurements.items()},
        "kinematics": {
            "column": subject.arm.coordinate,
            "unit": "deg",
            "rate_hz": float(assumptions["goniometer"]["rate"]),
        },
        "source": f"simulated (OpenSim forward dynamics, tier T1, seed {seed})",
    }
    _write(folder / "subject.yaml", yaml.safe_dump(description, sort_keys=False).encode())


def _channels(subject: Subject, assumptions: Assumptions) -> pd.DataFrame:
    raw = ("{emg_file}", "uV", "raw", assumptions["emg"]["rate"], "observed")
    hidden = (EXCITATION_FILE, "1", "excitation", 1 / assumptions["control"]["interval"], "held_out")
    observed = subject.electrodes.channels
    rows = []
    for name in (*observed, *(name for name in subject.arm.muscle_names if name not in observed)):
        file, unit, kind, rate, use = raw if name in observed else hidden
        rows.append((name, file, name, name, unit, kind, f"{rate:g}", use))
    return pd.DataFrame(rows, columns=["name", "file", "column", "muscle", "unit", "kind", "rate_hz", "use"])


def _trials(trials: Sequence[Trial]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "trial": trial.name,
            "role": trial.role,
            "load": f"{trial.load_kg:g}",
            "load_unit": "kg",
            "split": trial.split,
            "emg_file": EMG_FILE.format(trial=trial.name),
            "kinematics_file": KINEMATICS_FILE.format(trial=trial.name) if trial.role == "movement" else "",
            "torque_file": "",
            "start_s": "",
            "end_s": "",
        }
        for trial in trials
    )


def _parameters(subject: Subject) -> list[tuple[str, str, str, float]]:
    """Every true value worth comparing with an estimate; muscle `all` where it belongs to the whole arm."""
    electrodes, sharing, extensors = subject.electrodes, subject.sharing, subject.co_contraction
    rows = [
        ("all", "upper_arm_scale", "1", subject.upper_arm_scale),
        ("all", "forearm_scale", "1", subject.forearm_scale),
        ("all", "forearm_mass", "kg", subject.arm.skeleton.distal.mass),
        ("all", "activation_time", "s", subject.activation_time),
        ("all", "deactivation_time", "s", subject.deactivation_time),
        ("all", "joint_damping", "N m s/rad", subject.joint_damping),
        ("all", "emg_delay", "s", electrodes.delay),
        ("all", "sharing_exponent", "1", sharing.exponent),
        ("all", "co_contraction_base", "1", extensors.base),
        ("all", "co_contraction_gain", "1/(N m)", extensors.gain),
        ("all", "co_contraction_burst", "1", extensors.burst),
    ]
    for index, muscle in enumerate(subject.arm.muscles):
        rows += [
            (muscle.name, "max_isometric_force", "N", muscle.max_isometric_force),
            (muscle.name, "optimal_fibre_length", "m", muscle.optimal_fibre_length),
            (muscle.name, "tendon_slack_length", "m", muscle.tendon_slack_length),
            (muscle.name, "pennation", "rad", muscle.pennation),
            (muscle.name, "max_contraction_velocity", "1/s", muscle.max_contraction_velocity),
            (muscle.name, "voluntary_activation", "1", subject.voluntary_activation[index]),
            (muscle.name, "emg_shape", "1", electrodes.shape[index]),
        ]
    for action, parameter, unit, values in (
        ("flexor", "log_sharing_weight", "1", sharing.weight),
        ("flexor", "sharing_angle_tilt", "1/rad", sharing.angle_tilt),
        ("flexor", "sharing_velocity_tilt", "s/rad", sharing.velocity_tilt),
        ("extensor", "co_contraction_head", "1", extensors.head),
    ):
        names = [subject.arm.muscle_names[column] for column in subject.columns(action)]
        rows += [(name, parameter, unit, value) for name, value in zip(names, values, strict=True)]
    rows += [(name, "emg_gain", "uV", gain) for name, gain in zip(electrodes.channels, electrodes.gain, strict=True)]
    return rows


def write_table(path: Path, header: Sequence[str], values: np.ndarray, form: str | Sequence[str]) -> None:
    """Write a gzipped CSV that is the same, byte for byte, whenever and under whatever name it is written."""
    text = io.StringIO()
    np.savetxt(text, values, fmt=form, delimiter=",", header=",".join(header), comments="")
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream:
        stream.write(text.getvalue().encode())
    _write(path, packed.getvalue())


def _write_csv(path: Path, table: pd.DataFrame) -> None:
    _write(path, table.to_csv(index=False, lineterminator="\n").encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_bytes(content)
