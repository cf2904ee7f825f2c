"""How good a recording is: numbers and flags per channel and trial, for a user to look at; faults stop the study."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import welch

from deepemg.recordings.problems import RecordingError
from deepemg.recordings.read import read_angle, read_emg, read_measured_torque
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow, records
from deepemg.signals.faults import Faults, check_angle, check_emg, check_span, check_torque
from deepemg.signals.normalisation import window_maximum
from deepemg.signals.settings import EnvelopeSettings, QualitySettings

Row = dict[str, Any]


def emg_quality(signal: Signal, *, mains_hz: float, low_hz: float, high_hz: float) -> dict[str, float]:
    """Root mean square (uV), power shares and clipping of a raw EMG signal; low_hz and high_hz bound the EMG band."""
    frequency, power = welch(signal.values, fs=signal.rate_hz, nperseg=min(len(signal.values), int(signal.rate_hz)))
    total = float(power.sum()) or 1.0
    peak = float(np.max(np.abs(signal.values)))
    return {
        "rms_uv": float(np.sqrt(np.mean(signal.values**2))),
        "power_in_band": float(power[(frequency >= low_hz) & (frequency <= high_hz)].sum() / total),
        "power_below_band": float(power[frequency < low_hz].sum() / total),
        "power_mains": float(power[np.abs(frequency - mains_hz) <= 1].sum() / total),
        "median_frequency_hz": float(frequency[np.argmax(np.cumsum(power) >= 0.5 * power.sum())]),
        "clipped": float(np.mean(np.abs(signal.values) >= 0.999 * peak)) if peak > 0 else 1.0,
        "duration_s": signal.duration_s,
    }


def angle_quality(angle: Signal, joint_range_deg: tuple[float, float]) -> dict[str, float]:
    """Range and speed (deg, deg/s) of an angle, and the share of it outside the range of the joint's geometry."""
    degrees = np.rad2deg(angle.values)
    speed = np.gradient(degrees, 1 / angle.rate_hz) if len(degrees) > 1 else np.zeros(1)
    low, high = joint_range_deg
    return {
        "min_deg": float(degrees.min()),
        "max_deg": float(degrees.max()),
        "speed_deg_s": float(np.percentile(np.abs(speed), 99.9)),
        "outside_joint": float(np.mean((degrees < low) | (degrees > high))),
    }


def _emg_flags(quality: dict[str, float], settings: QualitySettings) -> list[str]:
    flags = []
    if quality["power_below_band"] > settings.artefact_flag:
        flags.append(f"{quality['power_below_band']:.0%} of the power below the EMG band (motion artefact)")
    if quality["power_mains"] > settings.mains_flag:
        flags.append(f"{quality['power_mains']:.0%} of the power at mains frequency")
    if quality["clipped"] > settings.clipping_flag:
        flags.append(f"{quality['clipped']:.1%} of the samples at the largest value (clipping)")
    return flags


def _angle_flags(
    quality: dict[str, float], joint_range_deg: tuple[float, float], settings: QualitySettings
) -> list[str]:
    flags = []
    if quality["speed_deg_s"] > settings.speed_flag_deg_s:
        flags.append("faster than a voluntary curl")
    if quality["outside_joint"] > settings.outside_joint_flag:
        low, high = joint_range_deg
        flags.append(f"{quality['outside_joint']:.0%} of the samples outside the joint's {low:g} to {high:g} deg")
    return flags


def _flag_weak_mvc(rows: list[Row], subject: SubjectFolder) -> None:
    """Flag each movement in which a channel is louder than in all MVC trials: they were no maximum for its muscle."""
    mvc_trials = {trial.trial for trial in subject.mvc_trials}
    maxima: dict[str, float] = {}
    for row in rows:
        if row["trial"] in mvc_trials:
            maxima[row["channel"]] = max(maxima.get(row["channel"], 0.0), row["loudest_uv"])
    for row in rows:
        if row["loudest_uv"] > maxima.get(row["channel"], np.inf):
            row["flags"].append(f"{row['loudest_uv'] / maxima[row['channel']]:.2f} times the largest MVC")


def _angle_row(
    faults: Faults, subject: SubjectFolder, trial: TrialRow, angle: Signal, settings: QualitySettings
) -> Row:
    low, high = subject.generic_joint().length_angles_deg[[0, -1]].tolist()
    quality = angle_quality(angle, (low, high))
    check_angle(faults, subject.kinematics_path(trial), quality, settings)
    return {"trial": trial.trial, **quality, "flags": _angle_flags(quality, (low, high), settings)}


def _emg_row(
    faults: Faults,
    subject: SubjectFolder,
    trial: TrialRow,
    channel: Channel,
    signal: Signal,
    settings: QualitySettings,
    emg: EnvelopeSettings,
) -> Row:
    quality = emg_quality(signal, mains_hz=settings.mains_hz, low_hz=emg.band_low_hz, high_hz=emg.band_high_hz)
    if trial.role != "rest":  # a silent muscle leaves nothing but noise and movement artefact
        check_emg(faults, f"channel {channel.name}", subject.emg_path(channel, trial), quality, settings)
    loudest = window_maximum(np.abs(signal.values), rate_hz=signal.rate_hz, window_s=emg.mvc_window_s)
    flags = _emg_flags(quality, settings)
    return {"trial": trial.trial, "channel": channel.name, **quality, "loudest_uv": loudest, "flags": flags}


def _check_measured_torque(
    faults: Faults, subject: SubjectFolder, trial: TrialRow, angle: Signal | None, settings: QualitySettings
) -> None:
    path = subject.torque_path(trial)
    torque = faults.read(lambda: read_measured_torque(subject, trial), "torque", path, settings)
    if torque is None:
        return
    if trial.role != "rest":
        check_torque(faults, path, torque)
    if angle is not None:
        check_span(faults, "torque", path, torque, angle, settings)


def recording_quality(subject: SubjectFolder, settings: QualitySettings, *, emg: EnvelopeSettings) -> dict[str, Any]:
    """Read every observed channel, angle and torque of a subject once; numbers, flags, and the basis of the EMG level.

    `settings` are the limits, `emg` the band and the MVC window of the EMG processing. Held-out channels are not
    touched. Raises RecordingError with every fault at once.
    """
    faults = Faults()
    channels: list[Row] = []
    angles: list[Row] = []
    for trial in subject.trials:
        angle = None
        if trial.has_angle:
            path = subject.kinematics_path(trial)
            angle = faults.read(lambda t=trial: read_angle(subject, t), "joint angle", path, settings)  # type: ignore[misc]
        if angle is not None and trial.role == "movement":
            angles.append(_angle_row(faults, subject, trial, angle, settings))
        if trial.torque_file:
            _check_measured_torque(faults, subject, trial, angle, settings)
        for channel in subject.channels_used("observed"):
            if not records(channel, trial):
                continue
            label, path = f"channel {channel.name}", subject.emg_path(channel, trial)
            signal = faults.read(lambda c=channel, t=trial: read_emg(subject, c, t), label, path, settings)  # type: ignore[misc]
            if signal is None:
                continue
            if angle is not None:
                check_span(faults, label, path, signal, angle, settings)
            if channel.kind == "raw":
                channels.append(_emg_row(faults, subject, trial, channel, signal, settings, emg))
    if faults.problems():
        raise RecordingError(faults.problems())
    _flag_weak_mvc(channels, subject)
    return {"subject": subject.id, "reference": subject.reference, "channels": channels, "kinematics": angles}
