"""How good a recording is: numbers per channel and trial, flags for what a user should look at, faults that stop."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.signal import welch

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.read import read_angle, read_emg
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, Subject, Trial, records


def emg_quality(signal: Signal, *, mains_hz: float) -> dict[str, float]:
    """Root mean square (uV), power shares and clipping of a raw EMG signal."""
    frequency, power = welch(signal.values, fs=signal.rate_hz, nperseg=min(len(signal.values), int(signal.rate_hz)))
    total = float(power.sum()) or 1.0
    cumulative = np.cumsum(power) / total
    peak = float(np.max(np.abs(signal.values)))
    return {
        "rms_uv": float(np.sqrt(np.mean(signal.values**2))),
        "power_20_450": float(power[(frequency >= 20) & (frequency <= 450)].sum() / total),
        "power_below_20": float(power[frequency < 20].sum() / total),
        "power_mains": float(power[np.abs(frequency - mains_hz) <= 1].sum() / total),
        "median_frequency_hz": float(frequency[np.searchsorted(cumulative, 0.5)]),
        "clipped": float(np.mean(np.abs(signal.values) >= 0.999 * peak)) if peak > 0 else 1.0,
        "duration_s": signal.duration_s,
    }


def _channel_faults(channel: Channel, trial: Trial, quality: dict[str, float], limits: dict[str, Any]) -> list[Problem]:
    place = f"trial {trial.trial}, channel {channel.name}"
    faults = []
    low, high = limits["rms_min_uv"], limits["rms_max_uv"]
    if not low <= quality["rms_uv"] <= high:
        faults.append(
            Problem(
                "DE-070",
                place,
                f"{quality['rms_uv']:.3g} uV rms",
                f"{low:g} to {high:g} uV",
                "correct the unit in channels.csv (V, mV, uV), or remove a dead channel",
            )
        )
    if quality["power_20_450"] < limits["raw_power_min"]:
        faults.append(
            Problem(
                "DE-071",
                place,
                f"{quality['power_20_450']:.0%} of the power in 20-450 Hz",
                f"at least {limits['raw_power_min']:.0%} in raw EMG",
                "set kind to envelope if it was filtered already",
            )
        )
    return faults


def _duration_faults(trial: Trial, emg: Signal, angle: Signal, label: str, limits: dict[str, Any]) -> list[Problem]:
    if trial.end_s is not None:
        return []
    difference = abs(emg.duration_s - angle.duration_s)
    if difference <= limits["clock_tolerance"] * angle.duration_s + limits["clock_slack_s"]:
        return []
    return [
        Problem(
            "DE-072",
            f"trial {trial.trial}, {label}",
            f"{emg.duration_s:.2f} s beside {angle.duration_s:.2f} s of angle",
            f"equal durations within {limits['clock_tolerance']:.1%}",
            "correct rate_hz, or cut both to the same part with start_s and end_s",
        )
    ]


def _flags(quality: dict[str, float], limits: dict[str, Any]) -> list[str]:
    flags = []
    if quality["power_below_20"] > limits["artefact_flag"]:
        flags.append(f"{quality['power_below_20']:.0%} of the power below 20 Hz (motion artefact)")
    if quality["power_mains"] > limits["mains_flag"]:
        flags.append(f"{quality['power_mains']:.0%} of the power at mains frequency")
    if quality["clipped"] > limits["clipping_flag"]:
        flags.append(f"{quality['clipped']:.1%} of the samples at the largest value (clipping)")
    return flags


def recording_quality(subject: Subject, settings: dict[str, Any]) -> dict[str, Any]:
    """Read every observed channel and angle of a subject once; numbers, flags, and the basis of the EMG level.

    Held-out channels are not touched. Raises RecordingError with every fault at once.
    """
    faults: list[Problem] = []
    channels: list[dict[str, Any]] = []
    angles: list[dict[str, Any]] = []
    for trial in subject.trials:
        angle = _read(lambda t=trial: read_angle(subject, t), faults) if trial.role == "movement" else None
        if angle is not None:
            degrees = np.rad2deg(angle.values)
            speed = np.gradient(degrees, 1 / angle.rate_hz)
            fast = float(np.percentile(np.abs(speed), 99.9))
            angles.append(
                {
                    "trial": trial.trial,
                    "min_deg": float(degrees.min()),
                    "max_deg": float(degrees.max()),
                    "speed_deg_s": fast,
                    "flags": ["faster than a voluntary curl"] if fast > settings["speed_flag_deg_s"] else [],
                }
            )
        for channel in subject.channels_used("observed"):
            if not records(channel, trial):
                continue
            signal = _read(lambda c=channel, t=trial: read_emg(subject, c, t), faults)
            if signal is None:
                continue
            if angle is not None:
                faults += _duration_faults(trial, signal, angle, f"channel {channel.name}", settings)
            if channel.kind == "raw":
                quality = emg_quality(signal, mains_hz=settings["mains_hz"])
                faults += _channel_faults(channel, trial, quality, settings)
                channels.append(
                    {"trial": trial.trial, "channel": channel.name, **quality, "flags": _flags(quality, settings)}
                )
    if faults:
        raise RecordingError(faults)
    return {"subject": subject.id, "normalisation": subject.emg_level, "channels": channels, "kinematics": angles}


def _read(reader: Any, faults: list[Problem]) -> Signal | None:
    try:
        signal: Signal = reader()
    except RecordingError as error:
        faults += error.problems
        return None
    return signal
