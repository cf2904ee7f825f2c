"""One signal in two places, whatever its name: two channels with the same samples, or two trials."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np

from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, TrialRow
from deepemg.signals.checks.findings import Findings
from deepemg.signals.settings import QualitySettings

EQUAL = 0.999  # correlation from which two signals are one
FEWEST = 20  # different values below which a signal says nothing of its origin


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's r of two signals of one length; 0 where one of them stands still."""
    if len(first) != len(second) or np.std(first) == 0 or np.std(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def check_channels(
    findings: Findings, path: Path, trial: TrialRow, signals: Mapping[Channel, Signal], settings: QualitySettings
) -> None:
    """Channels of one trial: the same signal twice, also at another gain or sign; in movements, crosstalk.

    In a maximal contraction the silent antagonist shows little else than the other side's crosstalk.
    """
    for (first, a), (second, b) in combinations(signals.items(), 2):
        if a.rate_hz != b.rate_hz or len(a.values) != len(b.values) or len(np.unique(a.values[:2000])) < FEWEST:
            continue
        r = correlation(a.values, b.values)
        label = f"channels {first.name} and {second.name}"
        if abs(r) > EQUAL:
            leak = first.use != second.use
            found = "the same samples" + (" up to a factor" if not np.array_equal(a.values, b.values) else "")
            expected = (
                "a held-out channel that no observed one shows" if leak else "a signal of its own for each channel"
            )
            fix = "correct column or file of one of the two in channels.csv"
            identity = "DE-027" if leak else "DE-081"
            findings.add(identity, label, path, found=found, expected=expected, fix=fix, trial=trial.trial)
        elif trial.role == "movement" and first.kind == second.kind == "raw" and abs(r) > settings.crosstalk_flag:
            found, expected = f"a correlation of {r:.2f}", f"{settings.crosstalk_flag:g} or less between raw channels"
            fix = "look for crosstalk, a shared reference, or a wrong label"
            findings.add("DE-106", label, path, found=found, expected=expected, fix=fix, trial=trial.trial)


def check_trials(findings: Findings, label: str, signals: Mapping[TrialRow, tuple[Path, Signal]]) -> None:
    """Trials with the same samples, or one within another; train and test make a leak."""
    for (first, (_, a)), (second, (path, b)) in combinations(signals.items(), 2):
        if not _shares(a.values, b.values):
            continue
        splits = {first.split, second.split} if first.role == second.role == "movement" else set()
        found = f"the samples of {first.trial}"
        if splits == {"train", "test"}:
            identity, expected = "DE-082", "test trials that no training trial shares a sample with"
        elif "rest" in (first.role, second.role) or (
            first.role != second.role and "test" not in (first.split, second.split)
        ):
            continue
        else:
            identity, expected = "DE-037", "each recording in one trial"
        fix = "correct the file of one of the two in trials.csv"
        findings.add(identity, label, path, found=found, expected=expected, fix=fix, trial=second.trial)


def _shares(first: np.ndarray, second: np.ndarray) -> bool:
    """Whether the middle of the shorter signal stands in the longer one, sample by sample."""
    short, long = sorted((first, second), key=len)
    probe = short[len(short) // 2 - 15 : len(short) // 2 + 15]
    if len(np.unique(probe)) < FEWEST or len(probe) > len(long):
        return False
    starts = np.flatnonzero(long[: len(long) - len(probe) + 1] == probe[0])
    return any(np.array_equal(long[start : start + len(probe)], probe) for start in starts)
