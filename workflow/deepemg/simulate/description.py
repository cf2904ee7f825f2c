"""The tables that describe a simulated subject as a subject folder, and its true parameters."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import yaml

from deepemg.joint.definition import Joint
from deepemg.joint.opensim import muscle_geometry
from deepemg.simulate.assumptions import Assumptions
from deepemg.simulate.folder import EXCITATION_FILE, KINEMATICS_FILE, TORQUE_FILE, emg_file, has_kinematics, has_torque
from deepemg.simulate.protocol import Movement, Trial
from deepemg.simulate.subject import Subject
from deepemg.simulate.tables import write_bytes, write_csv


def write_subject(
    folder: Path,
    subject: Subject,
    trials: Sequence[Trial],
    source: str,
    emg_format: str,
    sharing: str,
    assumptions: Assumptions,
) -> None:
    """Write the tables that describe a subject; `subject.yaml` comes last, for it makes the folder a subject."""
    parameters = pd.DataFrame(_parameters(subject, sharing), columns=["muscle", "parameter", "unit", "value"])
    write_csv(folder / "truth" / "parameters.csv", parameters)
    write_csv(folder / "truth" / "moment_arms.csv", _moment_arms(subject.joint))
    write_csv(folder / "channels.csv", _channels(subject, assumptions))
    write_csv(folder / "trials.csv", pd.DataFrame([_trial_row(trial, emg_format) for trial in trials]))
    description = {
        "id": subject.name,
        "joint": subject.joint.name,
        "side": assumptions["side"],
        "format": "csv",
        **{key: {"value": value, "source": "measured"} for key, value in subject.body.measured.items()},
        "kinematics": {
            "column": subject.joint.coordinate,
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
    if not path.exists():
        return None
    try:
        return str(yaml.safe_load(path.read_bytes())["source"])
    except (yaml.YAMLError, TypeError, KeyError):
        return "a subject.yaml of somebody else"


def _channels(subject: Subject, assumptions: Assumptions) -> pd.DataFrame:
    raw = ("{emg_file}", "uV", "raw", assumptions["emg"]["rate"], "observed")
    hidden = (EXCITATION_FILE, "1", "excitation", 1 / assumptions["control"]["interval"], "held_out")
    observed = subject.electrodes.channels
    rows = []
    for name in (*observed, *(name for name in subject.joint.muscle_names if name not in observed)):
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


def _moment_arms(joint: Joint) -> pd.DataFrame:
    """The subject's own moment arms, m, every ten degrees."""
    angles = np.arange(0.0, 131.0, 10.0)
    _, moment_arms = muscle_geometry(joint, angles)
    return pd.DataFrame(np.column_stack([angles, moment_arms]), columns=["angle_deg", *joint.muscle_names]).round(6)


Row = tuple[str, str, str, float]


def _parameters(subject: Subject, sharing: str) -> list[Row]:
    """Every true value worth comparing with an estimate; muscle `all` where it belongs to the whole arm."""
    habit, skeleton = subject.co_contraction, subject.joint.skeleton
    rows = [
        ("all", "upper_arm_scale", "1", subject.body.upper_arm_scale),
        ("all", "forearm_scale", "1", subject.body.forearm_scale),
        ("all", "forearm_mass", "kg", skeleton.distal.mass),
        ("all", "forearm_mass_centre", "m", -skeleton.distal.mass_centre[1]),
        ("all", "load_distance", "m", -skeleton.load_point[1]),
        ("all", "activation_time", "s", subject.activation_time),
        ("all", "deactivation_time", "s", subject.deactivation_time),
        ("all", "joint_damping", "N m s/rad", subject.joint_damping),
        ("all", "goniometer_offset", "deg", subject.goniometer_offset_deg),
        ("all", "co_contraction_base", "1", habit.base),
        ("all", "co_contraction_gain", "1/(N m)", habit.gain),
        ("all", "co_contraction_burst", "1", habit.burst),
    ]
    for index, muscle in enumerate(subject.joint.muscles):
        values = {
            ("max_isometric_force", "N"): muscle.max_isometric_force,
            ("optimal_fibre_length", "m"): muscle.optimal_fibre_length,
            ("tendon_slack_length", "m"): muscle.tendon_slack_length,
            ("pennation", "rad"): muscle.pennation,
            ("max_contraction_velocity", "1/s"): muscle.max_contraction_velocity,
            ("voluntary_activation", "1"): subject.voluntary_activation[index],
            ("co_contraction_part", "1"): habit.head[index],
        }
        rows += [(muscle.name, name, unit, float(value)) for (name, unit), value in values.items()]
    own = _synergy_parameters(subject) if sharing == "synergies" else _effort_parameters(subject)
    return [*rows, *own, *_electrode_parameters(subject)]


def _effort_parameters(subject: Subject) -> list[Row]:
    habit = subject.effort
    rows: list[Row] = [("all", "sharing_exponent", "1", habit.exponent)]
    for name, unit, values in (
        ("log_sharing_weight", "1", habit.weight),
        ("sharing_angle_tilt", "1/rad", habit.angle_tilt),
        ("sharing_velocity_tilt", "s/rad", habit.velocity_tilt),
        ("sharing_load_tilt", "1/kg", habit.load_tilt),
    ):
        rows += [(muscle, name, unit, float(v)) for muscle, v in zip(subject.joint.muscle_names, values, strict=True)]
    return rows


def _synergy_parameters(subject: Subject) -> list[Row]:
    return [
        (muscle, f"synergy_{number}_weight", "1", float(value))
        for number, weights in enumerate(subject.synergies.weight, start=1)
        for muscle, value in zip(subject.joint.muscle_names, weights, strict=True)
    ]


def _electrode_parameters(subject: Subject) -> list[Row]:
    electrodes = subject.electrodes
    rows: list[Row] = [("all", "emg_delay", "s", electrodes.delay)]
    rows += [
        (muscle, name, unit, float(value))
        for name, unit, values in (
            ("emg_shape", "1", electrodes.shape),
            ("carrier_low", "Hz", electrodes.carrier_low),
            ("carrier_high", "Hz", electrodes.carrier_high),
        )
        for muscle, value in zip(subject.joint.muscle_names, values, strict=True)
    ]
    for place, channel in enumerate(electrodes.channels):
        levels = {"gain": electrodes.gain, "noise": electrodes.noise, "line": electrodes.line}
        rows += [(channel, f"emg_{name}", "uV", float(v[place])) for name, v in levels.items()]
        rows += [
            (channel, f"crosstalk_from_{muscle}", "1", float(value))
            for muscle, value in zip(subject.joint.muscle_names, electrodes.crosstalk[place], strict=True)
        ]
    return rows
