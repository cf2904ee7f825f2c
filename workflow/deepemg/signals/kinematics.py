"""Joint angle, velocity and acceleration on the study's common clock."""

from __future__ import annotations

import numpy as np
import pandas as pd

from deepemg.recordings.read import read_angle, read_velocity
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import SubjectFolder
from deepemg.signals.emg import low_pass
from deepemg.signals.settings import KinematicsSettings


def common_clock(signal: Signal, *, rate_hz: float) -> np.ndarray:
    """Evenly spaced times (T,), s, from the signal's first sample to its last."""
    span = signal.time_s[-1] - signal.start_s
    return signal.start_s + np.arange(int(np.floor(span * rate_hz + 1e-9)) + 1) / rate_hz


def kinematics(
    angle: Signal, *, cutoff_hz: float, order: int, rate_hz: float, gyroscope: Signal | None = None
) -> pd.DataFrame:
    """Low-pass the angle at its own rate, differentiate it there, then sample all three on the common clock.

    Where a `gyroscope` (rad/s) recorded it, the velocity is its, low-passed alike, and the acceleration its derivative.
    Columns: time_s, angle_rad, velocity_rad_s, acceleration_rad_s2.
    """
    smooth = low_pass(angle.values, rate_hz=angle.rate_hz, cutoff_hz=cutoff_hz, order=order)
    velocity, clock = np.gradient(smooth, 1 / angle.rate_hz), angle
    if gyroscope is not None:
        velocity = low_pass(gyroscope.values, rate_hz=gyroscope.rate_hz, cutoff_hz=cutoff_hz, order=order)
        clock = gyroscope
    acceleration = np.gradient(velocity, 1 / clock.rate_hz)
    time = common_clock(angle, rate_hz=rate_hz)
    return pd.DataFrame(
        {
            "time_s": time,
            "angle_rad": np.interp(time, angle.time_s, smooth),
            "velocity_rad_s": np.interp(time, clock.time_s, velocity),
            "acceleration_rad_s2": np.interp(time, clock.time_s, acceleration),
        }
    )


def subject_kinematics(subject: SubjectFolder, *, rate_hz: float, settings: KinematicsSettings) -> pd.DataFrame:
    """Kinematics of all movement trials below each other, with trial, split, load (label), load_kg and posture.

    `posture` is "" where the limb is held as the joint's data file says.
    """
    tables = []
    for trial in subject.movements:
        angle = read_angle(subject, trial)
        table = kinematics(
            angle,
            cutoff_hz=settings.cutoff_hz,
            order=settings.order,
            rate_hz=rate_hz,
            gyroscope=read_velocity(subject, trial),
        )
        table.insert(0, "trial", trial.trial)
        table.insert(1, "split", trial.split)
        table.insert(2, "load", trial.load_label)
        table.insert(3, "load_kg", trial.load_kg)
        table.insert(4, "posture", trial.posture or "")
        tables.append(table)
    return pd.concat(tables, ignore_index=True)
