"""The joint angle: unit, sign and zero by what a living joint can do; frames that a camera lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from deepemg.recordings.signal import Signal
from deepemg.signals.checks.findings import Findings
from deepemg.signals.emg import low_pass
from deepemg.signals.settings import QualitySettings

NOISE = 12.0  # times the median bend: a noisy angle is noisy everywhere, a lost frame is alone
SLOPES = (0.7, 1.4)  # of a gyroscope over the angle's derivative; a sensor turned by 45 deg still reaches 0.7


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


def check_angle(
    findings: Findings,
    path: Path,
    angle: Signal,
    quality: dict[str, float],
    joint_range_deg: tuple[float, float],
    settings: QualitySettings,
    *,
    trial: str,
    entry: Mapping[str, Any],
) -> None:
    """A movement by tens of degrees between a little below 0 (extended) and full flexion, without jumps."""
    low, high, least = settings.angle_min_deg, settings.angle_max_deg, settings.excursion_min_deg
    lowest, highest, label = quality["min_deg"], quality["max_deg"], "joint angle"
    jumps = jumping_frames(angle, settings.jump_deg_s2)
    if highest - lowest > 400:
        expected, found = "degrees or radians of one turn", f"{lowest:.3g} to {highest:.3g} deg"
        fix = _fix(lowest, highest, settings, entry)
        findings.add("DE-073", label, path, found=found, expected=expected, fix=fix, trial=trial)
    elif len(jumps):
        first = jumps[0]
        at = f"{angle.time_s[first]:.3f} s ({np.rad2deg(angle.values[first]):.1f} deg)"
        found = f"{len(jumps)} frames that jump, the first at {at}"
        fix = "fill lost markers in the recorder's program, or cut the frames out with start_s and end_s"
        if float(np.abs(np.diff(np.rad2deg(angle.values))).max()) > 300:
            fix = "the angle wraps at a full turn: export it unwrapped"
        findings.add("DE-083", label, path, found=found, expected="no jump from frame to frame", fix=fix, trial=trial)
    elif lowest < low or highest > high or highest - lowest < least:
        expected = f"a movement of {least:g} deg or more between {low:g} and {high:g} deg, 0 = extended"
        found, fix = f"{lowest:.3g} to {highest:.3g} deg", _fix(lowest, highest, settings, entry)
        findings.add("DE-073", label, path, found=found, expected=expected, fix=fix, trial=trial)
    elif quality["outside_joint"] > settings.outside_joint_max:
        found = f"{lowest:.3g} to {highest:.3g} deg, {quality['outside_joint']:.0%} of it outside the joint"
        expected = "{:g} to {:g} deg, 0 = extended".format(*joint_range_deg)
        fix = _fix(lowest, highest, settings, entry)
        findings.add("DE-087", label, path, found=found, expected=expected, fix=fix, trial=trial)
    else:
        _flag(findings, path, angle, quality, joint_range_deg, settings, trial=trial)


def check_posture(findings: Findings, path: Path, angle: Signal, settings: QualitySettings, *, trial: str) -> None:
    """The angle of a contraction without movement: a living joint has it all the same."""
    low, high = settings.angle_min_deg, settings.angle_max_deg
    lowest, highest = float(np.rad2deg(angle.values.min())), float(np.rad2deg(angle.values.max()))
    if lowest < low or highest > high:
        found, expected = f"{lowest:.3g} to {highest:.3g} deg", f"{low:g} to {high:g} deg, 0 = extended"
        fix = "correct unit, sign, included or offset_deg in kinematics of subject.yaml, or the file of this trial"
        findings.add("DE-073", "joint angle", path, found=found, expected=expected, fix=fix, trial=trial)


def _fix(lowest: float, highest: float, settings: QualitySettings, entry: Mapping[str, Any]) -> str:
    """The keys that would make the angle one of a living joint; `entry` is kinematics of subject.yaml as it is now."""
    low, high, least = settings.angle_min_deg, settings.angle_max_deg, settings.excursion_min_deg
    span = highest - lowest
    if np.rad2deg(span) >= least > span and low <= np.rad2deg(lowest) and np.rad2deg(highest) <= high:
        return "radians? then write unit: rad in kinematics of subject.yaml"
    if span > 400:
        return "degrees? then write unit: deg in kinematics of subject.yaml; else correct the column"
    if span < least:
        return "a hold, or another file? movements must move; set role to hold, or correct the column"
    if "markers" in entry:
        return "are proximal and joint exchanged in markers of subject.yaml?"
    sign, offset, included = entry.get("sign", 1), entry.get("offset_deg", 0), entry.get("included", False)
    ways = []
    for name, turn, move in (("included", -1, 180), ("sign", -1, 0), ("", 1, -90), ("", 1, 90), ("sign", -1, 90)):
        ends = sorted((turn * lowest + move, turn * highest + move))
        if low <= ends[0] and ends[1] <= high:
            keys = {"included": f"included: {str(not included).lower()}", "sign": f"sign: {-sign}", "": ""}[name]
            shift = f"offset_deg: {offset * (turn if name else 1) + move:g}" if name != "included" and move else ""
            ways.append(" and ".join(filter(None, (keys, shift))))
    ways.append("offset_deg, if only the zero is off")
    return f"in kinematics of subject.yaml: {'; or '.join(ways)}"


def _flag(
    findings: Findings,
    path: Path,
    angle: Signal,
    quality: dict[str, float],
    joint_range_deg: tuple[float, float],
    settings: QualitySettings,
    *,
    trial: str,
) -> None:
    label = "joint angle"
    if quality["speed_deg_s"] > settings.speed_flag_deg_s:
        found, expected = (
            f"{quality['speed_deg_s']:.0f} deg/s",
            f"{settings.speed_flag_deg_s:g} deg/s or less in a curl",
        )
        findings.add("DE-104", label, path, found=found, expected=expected, fix="look at the angle", trial=trial)
    if quality["outside_joint"] > settings.outside_joint_flag:
        low, high = joint_range_deg
        found = f"{quality['outside_joint']:.0%} of the samples outside the joint's {low:g} to {high:g} deg"
        fix = "correct the zero with offset_deg, if it is off; the geometry is extrapolated there"
        findings.add("DE-105", label, path, found=found, expected="an angle inside", fix=fix, trial=trial)
    if (still := longest_frozen_s(angle)) > settings.frozen_flag_s:
        found = f"{still:.2g} s at one value to the last digit, in motion"
        fix = "look for frames that the recorder filled by repeating"
        findings.add("DE-120", label, path, found=found, expected="an angle that moves", fix=fix, trial=trial)


def check_velocity(
    findings: Findings, path: Path, velocity: Signal, angle: Signal, *, cutoff_hz: float, trial: str
) -> None:
    """A gyroscope measures what the angle changes by: the slope between both is 1."""
    smooth = low_pass(angle.values, rate_hz=angle.rate_hz, cutoff_hz=cutoff_hz, order=4)
    derived = np.interp(velocity.time_s, angle.time_s, np.gradient(smooth, 1 / angle.rate_hz))
    measured = low_pass(velocity.values, rate_hz=velocity.rate_hz, cutoff_hz=cutoff_hz, order=4)
    slope = float(derived @ measured / (derived @ derived)) if derived.any() else 0.0
    if not SLOPES[0] <= slope <= SLOPES[1]:
        found, expected = f"{slope:.3g} times the derivative of the angle", f"{SLOPES[0]:g} to {SLOPES[1]:g} times"
        fix = "correct unit (deg/s, rad/s), sign or column of velocity in subject.yaml"
        findings.add("DE-098", "velocity", path, found=found, expected=expected, fix=fix, trial=trial)


def jumping_frames(angle: Signal, limit_deg_s2: float) -> np.ndarray:
    """Places of the samples that leave their neighbours faster than a limb can turn (deg/s2)."""
    degrees = np.rad2deg(angle.values)
    if len(degrees) < 4:
        return np.zeros(0, dtype=int)
    bend = np.abs(np.diff(degrees, n=2))
    least = max(3.0, limit_deg_s2 / angle.rate_hz**2, NOISE * float(np.median(bend)))
    return np.asarray(np.flatnonzero(bend > least) + 1)


def longest_frozen_s(angle: Signal) -> float:
    """Longest standstill (s) to the last digit with motion at both of its ends: a frozen sensor, not a pause."""
    degrees = np.rad2deg(angle.values)
    steps = np.diff(degrees)
    moves = np.flatnonzero(steps != 0)
    if len(moves) < 3:
        return 0.0
    digit = float(np.min(np.abs(steps[moves])))
    usual = max(float(np.quantile(np.abs(steps), 0.75)), 1.5 * digit)  # a coarse goniometer stands at each digit
    gaps = np.diff(moves) - 1
    abrupt = [
        gap for gap, a, b in zip(gaps, moves[:-1], moves[1:], strict=True) if min(abs(steps[a]), abs(steps[b])) > usual
    ]
    return float(max(abrupt, default=0)) / angle.rate_hz
