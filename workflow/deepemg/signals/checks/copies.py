"""One signal in two places, whatever its name: two channels with the same samples, or two trials."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import numpy as np

from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, TrialRow
from deepemg.signals.checks.findings import Findings
from deepemg.signals.checks.overlap import FEWEST, shows_the_same
from deepemg.signals.settings import QualitySettings

SAME_ANGLE = np.deg2rad(0.05)  # rms difference (rad) below which two angles are one, written with other digits
EQUAL = 0.999  # correlation from which two signals are one


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    """Pearson's r of two signals of one length; 0 where one of them stands still."""
    if len(first) != len(second) or np.std(first) == 0 or np.std(second) == 0:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def check_channels(
    findings: Findings, path: Path, trial: TrialRow, signals: Mapping[Channel, Signal], settings: QualitySettings
) -> None:
    """Channels of one trial: the same signal twice, also at another gain or sign; in movements, crosstalk.

    In a maximal contraction the silent antagonist shows little else than the other side's crosstalk. Envelopes are so
    smooth that those of two heads may be alike up to a factor.
    """
    for (first, a), (second, b) in combinations(signals.items(), 2):
        if a.rate_hz != b.rate_hz or len(a.values) != len(b.values) or len(np.unique(a.values[:2000])) < FEWEST:
            continue
        r = correlation(a.values, b.values)
        label = f"channels {first.name} and {second.name}"
        leak = first.use != second.use
        alike = np.array_equal(a.values, b.values) or (abs(r) > EQUAL and (leak or "raw" in (first.kind, second.kind)))
        if alike:
            found = "the same samples" + (" up to a factor" if not np.array_equal(a.values, b.values) else "")
            expected = (
                "a held-out channel that no observed one shows" if leak else "a signal of its own for each channel"
            )
            fix = "correct column or file of one of the two in channels.csv"
            identity = "DE-027" if leak else "DE-081"
            findings.add(identity, label, path, found=found, expected=expected, fix=fix, trial=trial.trial)
        elif (
            trial.role == "movement"
            and first.kind == second.kind == "raw"
            and (abs(r := correlation(np.diff(a.values), np.diff(b.values))) > settings.crosstalk_flag)
        ):  # differences: a common drift is no crosstalk
            found, expected = f"a correlation of {r:.2f}", f"{settings.crosstalk_flag:g} or less between raw channels"
            fix = "look for crosstalk, a shared reference, or a wrong label"
            findings.add("DE-106", label, path, found=found, expected=expected, fix=fix, trial=trial.trial)


def check_hidden(
    findings: Findings, path: Path, trial: TrialRow, hidden: tuple[Channel, Signal], observed: Mapping[Channel, Signal]
) -> None:
    """A held-out envelope that an observed one shows, whatever it was made of: `copy` would be perfect."""
    channel, own = hidden
    for other, signal in observed.items():
        label = f"channels {other.name} and {channel.name}"
        if shows_the_same(own, signal, is_raw=False):
            found = "the same envelope up to a factor"
            expected = "a held-out channel that no observed one shows"
            fix = "correct column or file of one of the two in channels.csv"
            findings.add("DE-027", label, path, found=found, expected=expected, fix=fix, trial=trial.trial)


def check_trials(
    findings: Findings,
    label: str,
    signals: Mapping[TrialRow, tuple[Path, Signal]],
    *,
    is_raw: bool,
    largest_gap: float = np.inf,
) -> None:
    """Trials with the same samples, or one within another; train and test make a leak."""
    for (first, (_, a)), (second, (path, b)) in combinations(signals.items(), 2):
        if not shows_the_same(a, b, is_raw=is_raw, largest_gap=largest_gap):
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
