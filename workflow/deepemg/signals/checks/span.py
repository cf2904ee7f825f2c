"""Do the files of a trial belong together: the same span, the same spectrum as the other trials of the channel?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepemg.recordings.signal import Signal
from deepemg.signals.checks.findings import Findings
from deepemg.signals.settings import QualitySettings

USUAL_HZ = (50, 60, 62.5, 100, 120, 125, 148.148, 200, 240, 250, 256, 300, 400, 500, 512, 1000, 1024, 1111.11,
            1200, 1259.26, 1500, 1925.93, 2000, 2048, 2148.15, 2222.22, 2400, 2500, 3000, 4000, 4096, 5000,
            10000)  # fmt: skip
NOTICED = 0.4  # share of the allowed difference of spans that is told
FASTER = 1.5  # ratio of median frequencies between trials of one channel that another rate explains, not fatigue


def check_span(
    findings: Findings, label: str, path: Path, signal: Signal, angle: Signal, settings: QualitySettings, *, trial: str
) -> None:
    """A signal and the angle of its trial begin and end together."""
    apart = max(abs(signal.start_s - angle.start_s), abs(signal.end_s - angle.end_s))
    longer = abs(signal.duration_s - angle.duration_s) / angle.duration_s
    allowed = settings.clock_tolerance * angle.duration_s + settings.clock_slack_s
    found = f"{signal.start_s:.2f} to {signal.end_s:.2f} s beside {angle.start_s:.2f} to {angle.end_s:.2f} s of angle"
    if apart > allowed:
        expected = f"the same span within {settings.clock_slack_s:g} s and {settings.clock_tolerance:.1%}"
        fix = f"{_rate_hint(signal, angle)}or cut both to their common part with start_s and end_s"
        findings.add("DE-072", label, path, found=found, expected=expected, fix=fix, trial=trial)
    elif longer > settings.clock_tolerance and apart > NOTICED * settings.clock_slack_s:
        found = f"{signal.duration_s:.3f} s beside {angle.duration_s:.3f} s of angle, {longer:.1%} apart"
        fix = "correct rate_hz if a clock drifts or a rate was rounded; nothing, if one was stopped later"
        findings.add("DE-117", label, path, found=found, expected="equal durations", fix=fix, trial=trial)


def _rate_hint(signal: Signal, angle: Signal) -> str:
    """The rate that would make the spans equal, where both begin together."""
    if abs(signal.start_s - angle.start_s) > 0.1:
        return "correct the clock (they begin at different times), "
    rate = signal.rate_hz * signal.duration_s / angle.duration_s
    usual = min(USUAL_HZ, key=lambda hz: abs(hz / rate - 1))
    if abs(usual / rate - 1) < 0.004:
        return f"correct rate_hz (with {usual:g} Hz they would be equally long), "
    return "find out which of the two stopped earlier or lost samples, "


def check_spectra(
    findings: Findings, label: str, paths: dict[str, Path], medians_hz: dict[str, float], unsure: set[str]
) -> None:
    """A trial whose EMG looks faster or slower than that of all others was recorded at another rate.

    `medians_hz` are median frequencies by trial, `unsure` the trials whose rate only the sheet says, and no angle
    confirms.
    """
    if len(medians_hz) < 2:
        return
    for trial in sorted(unsure & medians_hz.keys()):
        others = [hz for name, hz in medians_hz.items() if name != trial and name not in unsure]
        if not others:
            continue
        ratio = medians_hz[trial] / float(np.median(others))
        if ratio > FASTER or ratio < 1 / FASTER:
            found = (
                f"a median frequency of {medians_hz[trial]:.0f} Hz beside {np.median(others):.0f} Hz in other trials"
            )
            fix = "write its own rate into emg_rate_hz of trials.csv; nothing, if the rate is right"
            findings.add("DE-088", label, paths[trial], found=found, expected="a like spectrum", fix=fix, trial=trial)
