"""A person's folder: what a lab would have recorded, and the truth beside it, in the format of all tiers."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from deepemg.atomic import written_aside
from deepemg.foreign.arm import Motion
from deepemg.foreign.person import Person
from deepemg.foreign.plan import Trial
from deepemg.foreign.values import Values, draw

EMG = "{trial}_emg.csv.gz"
KINEMATICS = "{trial}_kinematics.csv.gz"
TORQUE = "{trial}_torque.csv.gz"
EXCITATION = "truth/{trial}_excitation.csv.gz"
STATE = "truth/{trial}_state.csv.gz"
COORDINATE = "elbow_flexion"


def write_trial(
    folder: Path,
    trial: Trial,
    person: Person,
    motion: Motion,
    emg: np.ndarray,
    rng: np.random.Generator,
    values: Values,
) -> None:
    """Write all files of a trial: `motion` is its own, (T,) and (T, M), `emg` (S, C) in uV."""
    interval = float(values["control"]["interval"]["value"])
    time, name = np.arange(len(motion.angle)) * interval, trial.name
    write_table(folder / EMG.format(trial=name), person.electrodes.channels, [(emg, "%.1f")])
    if trial.role != "rest":
        spread = values["goniometer"]
        every = round(1 / (float(spread["rate"]["value"]) * interval))
        gain, offset = person.goniometer
        noise = float(spread["noise"]["value"]) * rng.standard_normal(len(time[::every]))
        angle = gain * np.rad2deg(motion.angle[::every]) + offset + noise
        write_table(
            folder / KINEMATICS.format(trial=name), ("time", COORDINATE), [(time[::every], "%.3f"), (angle, "%.4f")]
        )
    if trial.dynamometer:
        spread = values["dynamometer"]
        gain, offset = float(draw(rng, spread["gain"])), float(draw(rng, spread["offset"]))
        torque = gain * motion.torque + offset + float(spread["noise"]["value"]) * rng.standard_normal(len(time))
        write_table(folder / TORQUE.format(trial=name), ("time", "torque"), [(time, "%.3f"), (torque, "%.3f")])
    muscles = values["muscles"]
    write_table(
        folder / EXCITATION.format(trial=name), ("time", *muscles), [(time, "%.3f"), (motion.excitation, "%.5f")]
    )
    states = {"activation": motion.activation, "force_n": motion.force, "fibre_length_m": motion.fibre_length}
    write_table(
        folder / STATE.format(trial=name),
        (
            *("time", "angle_deg", "velocity_deg_s", "acceleration_deg_s2", "muscle_torque_nm"),
            *(f"{muscle}_{state}" for state in states for muscle in muscles),
        ),
        [
            (time, "%.3f"),
            (np.rad2deg(motion.angle), "%.6f"),
            (np.rad2deg(motion.velocity), "%.5f"),
            (np.rad2deg(motion.acceleration), "%.3f"),
            (motion.torque, "%.5f"),
            (motion.activation, "%.5f"),
            (motion.force, "%.3f"),
            (motion.fibre_length, "%.6f"),
        ],
    )


def write_person(folder: Path, person: Person, trials: Sequence[Trial], source: str, values: Values) -> None:
    """Write the tables that describe a person; `subject.yaml` comes last, for it makes the folder a subject."""
    _write_rows(
        folder / "truth" / "parameters.csv", ("muscle", "parameter", "unit", "value"), _parameters(person, values)
    )
    angles = np.arange(0.0, 131.0, 10.0)
    arms = person.anatomy.moment_arms(np.deg2rad(angles)).round(6)
    rows = ([angle, *row] for angle, row in zip(angles, arms.tolist(), strict=True))
    _write_rows(folder / "truth" / "moment_arms.csv", ("angle_deg", *values["muscles"]), rows)
    columns = ("name", "file", "column", "muscle", "unit", "kind", "rate_hz", "use")
    rate, interval = float(values["surface"]["rate"]["value"]), float(values["control"]["interval"]["value"])
    raw = ("uV", "raw", f"{rate:g}", "observed")
    hidden = ("1", "excitation", f"{1 / interval:g}", "held_out")
    channels = [(name, "{emg_file}", name, name, *raw) for name in values["electrodes"]]
    channels += [(name, EXCITATION, name, name, *hidden) for name in values["held_out"]]
    _write_rows(folder / "channels.csv", columns, channels)
    described = [_row(trial) for trial in trials]
    _write_rows(folder / "trials.csv", tuple(described[0]), (row.values() for row in described))
    description = {
        "id": person.name,
        "joint": values["joint"],
        "side": "right",
        "format": "csv",
        **{name: {"value": value, "source": "measured"} for name, value in person.body.measured.items()},
        "kinematics": {"column": COORDINATE, "unit": "deg", "rate_hz": float(values["goniometer"]["rate"]["value"])},
        "torque": {"column": "torque", "unit": "N m", "rate_hz": float(values["dynamometer"]["rate"]["value"])},
        "source": source,
    }
    _write_bytes(folder / "subject.yaml", yaml.safe_dump(description, sort_keys=False).encode())


def _row(trial: Trial) -> dict[str, str]:
    return {
        "trial": trial.name,
        "role": trial.role,
        "load": f"{trial.load:g}",
        "load_unit": "kg",
        "split": trial.split,
        "emg_file": EMG.format(trial=trial.name),
        "kinematics_file": "" if trial.role == "rest" else KINEMATICS.format(trial=trial.name),
        "torque_file": TORQUE.format(trial=trial.name) if trial.dynamometer else "",
        "start_s": "",
        "end_s": "",
        "posture": "",
    }


Row = tuple[str, str, str, float | str]


def _parameters(person: Person, values: Values) -> list[Row]:
    """Every true value worth comparing with an estimate; muscle `all` where it belongs to the whole arm."""
    body, anatomy, habits, electrodes = person.body, person.anatomy, person.habits, person.electrodes
    rows: list[Row] = [
        ("all", "sex", "", person.sex),
        ("all", "forearm_inertia", "kg m2", body.inertia),
        ("all", "forearm_weight_moment", "N m", body.weight_moment),
        ("all", "load_distance", "m", body.load_distance),
        ("all", "upper_arm_tilt", "rad", body.tilt),
        ("all", "joint_damping", "N m s/rad", body.damping),
        ("all", "twitch_time", "s", habits.twitch_time),
        ("all", "emg_delay", "s", electrodes.delay),
        ("all", "goniometer_gain", "1", person.goniometer[0]),
        ("all", "goniometer_offset", "deg", person.goniometer[1]),
        *(("all", f"curve_{name}", "1", getattr(anatomy.hill, name)) for name in ("width", "hill_a", "hill_b")),
        *(("all", f"co_contraction_{name}", "1", value) for name, value in habits.co_contraction.items()),
    ]
    by_muscle = {
        ("max_isometric_force", "N"): anatomy.force,
        ("optimal_fibre_length", "m"): anatomy.fibre,
        ("tendon_slack_length", "m"): anatomy.slack,
        ("pennation", "rad"): np.arccos(anatomy.cosine),
        ("voluntary_activation", "1"): person.voluntary,
        **{(f"synergy_{name}", values["synergy"][name]["unit"]): value for name, value in habits.synergy.items()},
        **{
            (f"emg_amplitude_at_{level:g}", "1"): [float(pool.amplitude(np.array([level]))[0]) for pool in person.pools]
            for level in (0.05, 0.1, 0.3)
        },
    }
    for (name, unit), array in by_muscle.items():
        rows += [(muscle, name, unit, float(value)) for muscle, value in zip(values["muscles"], array, strict=True)]
    crosstalk = electrodes.crosstalk(person.pools)
    for place, channel in enumerate(electrodes.channels):
        rows += [
            (channel, f"emg_{name}", "uV", float(getattr(electrodes, name)[place])) for name in ("gain", "noise", "hum")
        ]
        rows += [
            (channel, f"crosstalk_from_{muscle}", "1", float(value))
            for muscle, value in zip(values["muscles"], crosstalk[place], strict=True)
        ]
    return rows


def write_table(path: Path, header: Iterable[str], blocks: Sequence[tuple[np.ndarray, str]]) -> None:
    """Write columns side by side as a gzipped CSV, the same bytes whenever. A block: (T,) or (T, K), and its format."""
    parts = [(values.reshape(len(values), -1), form) for values, form in blocks]
    text = io.StringIO()
    forms = [form for values, form in parts for _ in range(values.shape[1])]
    np.savetxt(text, np.hstack([v for v, _ in parts]), fmt=forms, delimiter=",", header=",".join(header), comments="")
    _write_bytes(path, gzip.compress(text.getvalue().encode(), mtime=0))


def _write_rows(path: Path, header: Sequence[str], rows: Iterable[Iterable[Any]]) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    _write_bytes(path, text.getvalue().encode())


def _write_bytes(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_bytes(content)
