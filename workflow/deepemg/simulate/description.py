"""The tables that describe a simulated subject as a subject folder, and its true parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from deepemg.arm.definition import Arm
from deepemg.arm.opensim import muscle_geometry
from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.folder import EXCITATION_FILE, KINEMATICS_FILE, TORQUE_FILE, emg_file, has_kinematics, has_torque
from deepemg.simulate.protocol import Movement, Trial
from deepemg.simulate.subject import Subject
from deepemg.simulate.tables import write_bytes, write_csv


def write_subject(
    folder: Path, subject: Subject, trials: Sequence[Trial], source: str, emg_format: str, assumptions: Assumptions
) -> None:
    """Write the tables that describe a subject; `subject.yaml` comes last, for it makes the folder a subject."""
    parameters = pd.DataFrame(_parameters(subject), columns=["muscle", "parameter", "unit", "value"])
    write_csv(folder / "truth" / "parameters.csv", parameters)
    write_csv(folder / "truth" / "moment_arms.csv", _moment_arms(subject.arm))
    write_csv(folder / "channels.csv", _channels(subject, assumptions))
    write_csv(folder / "trials.csv", pd.DataFrame([_trial_row(trial, emg_format) for trial in trials]))
    description = {
        "id": subject.name,
        "arm": subject.arm.name,
        "side": assumptions["side"],
        "format": "csv",
        **{key: {"value": value, "source": "measured"} for key, value in subject.body.measured.items()},
        "kinematics": {
            "column": subject.arm.coordinate,
            "unit": "deg",
            "rate_hz": float(assumptions["goniometer"]["rate"]),
        },
        "torque": {"column": "torque", "unit": "N m", "rate_hz": float(assumptions["dynamometer"]["rate"])},
        "source": source,
    }
    write_bytes(folder / "subject.yaml", yaml.safe_dump(description, sort_keys=False).encode())


def read_source(folder: Path) -> str | None:
    """The `source` of a subject that is already there; None where there is no subject."""
    path = folder / "subject.yaml"
    return str(yaml.safe_load(path.read_text()).get("source")) if path.exists() else None


def _channels(subject: Subject, assumptions: Assumptions) -> pd.DataFrame:
    raw = ("{emg_file}", "uV", "raw", assumptions["emg"]["rate"], "observed")
    hidden = (EXCITATION_FILE, "1", "excitation", 1 / assumptions["control"]["interval"], "held_out")
    observed = subject.electrodes.channels
    rows = []
    for name in (*observed, *(name for name in subject.arm.muscle_names if name not in observed)):
        file, unit, kind, rate, use = raw if name in observed else hidden
        rows.append((name, file, name, name, unit, kind, f"{rate:g}", use))
    return pd.DataFrame(rows, columns=["name", "file", "column", "muscle", "unit", "kind", "rate_hz", "use"])


def _trial_row(trial: Trial, emg_format: str) -> dict[str, str]:
    movement = trial if isinstance(trial, Movement) else None
    return {
        "trial": trial.name,
        "role": trial.role,
        "load": f"{movement.load_kg:g}" if movement else "0",
        "load_unit": "kg",
        "split": movement.split if movement else "",
        "emg_file": emg_file(trial, emg_format),
        "kinematics_file": KINEMATICS_FILE.format(trial=trial.name) if has_kinematics(trial) else "",
        "torque_file": TORQUE_FILE.format(trial=trial.name) if has_torque(trial) else "",
        "start_s": "",
        "end_s": "",
        "posture": movement.posture or "" if movement else "",
    }


def _moment_arms(arm: Arm) -> pd.DataFrame:
    """The subject's own moment arms, m, every ten degrees."""
    angles = np.arange(0.0, 131.0, 10.0)
    _, moment_arms = muscle_geometry(arm, angles)
    return pd.DataFrame(np.column_stack([angles, moment_arms]), columns=["angle_deg", *arm.muscle_names]).round(6)


def _parameters(subject: Subject) -> list[tuple[str, str, str, float]]:
    """Every true value worth comparing with an estimate; muscle `all` where it belongs to the whole arm."""
    electrodes, effort, habit, body = subject.electrodes, subject.effort, subject.co_contraction, subject.body
    rows = [
        ("all", "upper_arm_scale", "1", body.upper_arm_scale),
        ("all", "forearm_scale", "1", body.forearm_scale),
        ("all", "forearm_mass", "kg", subject.arm.skeleton.distal.mass),
        ("all", "activation_time", "s", subject.activation_time),
        ("all", "deactivation_time", "s", subject.deactivation_time),
        ("all", "joint_damping", "N m s/rad", subject.joint_damping),
        ("all", "emg_delay", "s", electrodes.delay),
        ("all", "goniometer_offset", "deg", subject.goniometer_offset_deg),
        ("all", "sharing_exponent", "1", effort.exponent),
        ("all", "co_contraction_base", "1", habit.base),
        ("all", "co_contraction_gain", "1/(N m)", habit.gain),
        ("all", "co_contraction_burst", "1", habit.burst),
    ]
    for index, muscle in enumerate(subject.arm.muscles):
        values = {
            ("max_isometric_force", "N"): muscle.max_isometric_force,
            ("optimal_fibre_length", "m"): muscle.optimal_fibre_length,
            ("tendon_slack_length", "m"): muscle.tendon_slack_length,
            ("pennation", "rad"): muscle.pennation,
            ("max_contraction_velocity", "1/s"): muscle.max_contraction_velocity,
            ("voluntary_activation", "1"): subject.voluntary_activation[index],
            ("emg_shape", "1"): electrodes.shape[index],
            ("log_sharing_weight", "1"): effort.weight[index],
            ("sharing_angle_tilt", "1/rad"): effort.angle_tilt[index],
            ("sharing_velocity_tilt", "s/rad"): effort.velocity_tilt[index],
            ("sharing_load_tilt", "1/kg"): effort.load_tilt[index],
            ("co_contraction_part", "1"): habit.head[index],
        }
        rows += [(muscle.name, name, unit, float(value)) for (name, unit), value in values.items()]
    rows += [(name, "emg_gain", "uV", gain) for name, gain in zip(electrodes.channels, electrodes.gain, strict=True)]
    return rows
