"""A measured torque: a size that the joint can give, and a sign that agrees with the muscles that worked."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepemg.recordings.signal import Signal
from deepemg.recordings.units import UNITS, scale
from deepemg.signals.checks.findings import Findings

LEAST_NM = 2.0  # an effort below is no contraction, or another unit
FROM_REST = 0.2  # share of the peak that may stand where the muscles are silent
LABEL = "torque"


def check_torque(
    findings: Findings, path: Path, torque: Signal, strongest_nm: float, *, trial: str, role: str, unit: str
) -> None:
    """A muscle that works gives a moment, and no more than the joint's muscles together could."""
    peak = float(np.max(np.abs(torque.values)))
    most = 2.5 * strongest_nm
    if peak == 0:
        fix = "correct the column of torque in subject.yaml, or empty torque_file in trials.csv"
        findings.add(
            "DE-075", LABEL, path, found="0 N m throughout", expected="the moment of the muscles", fix=fix, trial=trial
        )
    elif peak > most or (role == "mvc" and peak < LEAST_NM):
        declared = scale(unit, "torque")
        likely = [u for u in UNITS["torque"] if LEAST_NM < peak / declared * scale(u, "torque") <= strongest_nm * 1.5]
        found = f"a peak of {peak:.3g} N m"
        asked = (
            f"write {likely[0]} as unit of torque in subject.yaml, if the file holds it; or"
            if likely
            else "correct the unit of torque, or"
        )
        fix = f"{asked} correct its offset (offset_nm)"
        findings.add(
            "DE-084", LABEL, path, found=found, expected=f"{LEAST_NM:g} to {most:.0f} N m", fix=fix, trial=trial
        )


def check_sign(
    findings: Findings, path: Path, torque: Signal, flexors: Signal, extensors: Signal, *, trial: str
) -> None:
    """The muscles that are louder while a moment is given are those that give it."""
    time = torque.time_s
    effort = np.interp(time, flexors.time_s, flexors.values) - np.interp(time, extensors.time_s, extensors.values)
    strong = np.abs(torque.values) >= 0.7 * np.max(np.abs(torque.values))
    moment, side = float(torque.values[strong].mean()), float(effort[strong].mean())
    if moment * side < 0 and abs(side) > 0.15:
        louder = "flexors" if side > 0 else "extensors"
        found = f"{moment:.3g} N m while the {louder} are louder"
        fix = "sign: -1 in torque of subject.yaml, if the dynamometer counts so; else muscles are swapped"
        expected = "flexion positive: the louder muscles give the moment"
        findings.add("DE-085", LABEL, path, found=found, expected=expected, fix=fix, trial=trial)


def check_offset(findings: Findings, path: Path, torque: Signal, effort: Signal, *, trial: str) -> None:
    """Muscles that are silent give no moment; what a dynamometer shows then is the limb's weight, or its zero."""
    level = np.interp(torque.time_s, effort.time_s, effort.values)
    silent = level < 0.08 * float(level.max())
    if silent.mean() < 0.1:
        return
    rest, peak = (
        float(np.median(torque.values[silent])),
        float(np.max(np.abs(torque.values - np.median(torque.values[silent])))),
    )
    if abs(rest) > max(FROM_REST * peak, 3.0):
        found, expected = f"{rest:.3g} N m while the muscles are silent", "about 0 N m"
        fix = f"offset_nm: {-rest:.3g} in torque of subject.yaml, or correct for gravity"
        findings.add("DE-086", LABEL, path, found=found, expected=expected, fix=fix, trial=trial)
