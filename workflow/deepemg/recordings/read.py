"""Read the signals of a trial in standard units: EMG in uV (or as a fraction), angle in rad, torque in N m."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from deepemg.recordings.contents import Contents
from deepemg.recordings.extract import extract
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow
from deepemg.recordings.units import scale

Open = Callable[[Path, str | None], Contents]  # gives the columns of a file; audits put damaged ones in its place


def read_emg(subject: SubjectFolder, channel: Channel, trial: TrialRow, *, opened: Open | None = None) -> Signal:
    """One channel of one trial, from the trial's start to its end, in uV; fractions stay fractions."""
    signal = _read(
        subject,
        subject.emg_path(channel, trial),
        channel.column,
        trial,
        rate_hz=trial.emg_rate_hz or channel.rate_hz,
        declared=trial.emg_format or channel.format,
        turn=subject.turn(channel),
        opened=opened,
    )
    values = signal.values * scale(trial.emg_unit or channel.unit, "emg")
    return replace(signal, values=values, start_s=signal.start_s - trial.emg_delay_s)


def read_angle(subject: SubjectFolder, trial: TrialRow) -> Signal:
    """Joint angle of one trial, from the trial's start to its end, in rad; 0 = extended, flexion positive.

    What subject.yaml says of the file's convention (included, sign, offset_deg) is done here.
    """
    entry = subject.description["kinematics"]
    if "markers" in entry:
        from deepemg.recordings.markers import angle_from_markers

        return angle_from_markers(subject, trial)
    signal = _read_entry(subject, subject.kinematics_path(trial), entry, trial, rate_hz=trial.kinematics_rate_hz)
    return replace(signal, values=in_convention(signal.values * scale(entry["unit"], "angle"), entry))


def in_convention(angle: np.ndarray, entry: dict[str, Any]) -> np.ndarray:
    """An angle (rad) as a file has it, as flexion from the extended arm: included angles, sign, zero."""
    flexion = np.pi - angle if entry.get("included") else angle
    turned = flexion * entry.get("sign", 1) + np.deg2rad(entry.get("offset_deg", 0.0))
    return np.asarray(turned)


def read_velocity(subject: SubjectFolder, trial: TrialRow) -> Signal | None:
    """Angular velocity (rad/s) of one trial where a gyroscope recorded it, flexion positive; None where none did."""
    entry = subject.description["kinematics"].get("velocity")
    if entry is None:
        return None
    signal = _read_entry(subject, subject.kinematics_path(trial, entry), entry, trial, rate_hz=None)
    return replace(signal, values=signal.values * scale(entry["unit"], "angular velocity") * entry.get("sign", 1))


def read_measured_torque(subject: SubjectFolder, trial: TrialRow) -> Signal:
    """Moment that the muscles gave about the joint, from the trial's start to its end, in N m; flexion positive."""
    entry = subject.description["torque"]
    signal = _read_entry(subject, subject.torque_path(trial), entry, trial, rate_hz=None)
    values = signal.values * scale(entry["unit"], "torque") * entry.get("sign", 1) + entry.get("offset_nm", 0.0)
    return replace(signal, values=values)


def _read_entry(
    subject: SubjectFolder, path: Path, entry: dict[str, Any], trial: TrialRow, *, rate_hz: float | None
) -> Signal:
    rate = rate_hz or entry.get("rate_hz")
    return _read(subject, path, entry["column"], trial, rate_hz=rate, declared=entry.get("format"))


def _read(
    subject: SubjectFolder,
    path: Path,
    column: str,
    trial: TrialRow,
    *,
    rate_hz: float | None,
    declared: str | None,
    turn: tuple[int, int] | None = None,
    opened: Open | None = None,
) -> Signal:
    clock = subject.description.get("clock")
    return extract(
        (opened or subject.open)(path, declared), column, rate_hz=rate_hz, part=trial.part, clock=clock, turn=turn
    )
