"""Does the EMG fit the motion? What no single signal shows: swapped muscles, a reversed angle, EMG that is late.

Holding and lifting a load takes the muscles that give its moment, more in lifting than in lowering, and a little before
the moment. Every limit is an extreme of simulated and recorded subjects (docs/checks.md); all findings are for a person
to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from deepemg.signals.checks.findings import Findings
from deepemg.signals.settings import QualitySettings

LOADED_NM = 4.0  # peak moment from which the muscles that give it must be louder than their antagonists
RANGE_NM = 1.0  # change of the moment within a trial without which nothing can be told
LONGEST_LAG_S = 0.6
UNRELATED = 0.6  # without MVC trials each channel is a share of its own loudest, and sides are hard to compare
ZERO_OFF = 0.05  # share of an angle outside the joint from which the moment is another one, and a lag means nothing
OUTSIDE = 0.25  # share of an angle outside the joint that, together with a reversal, leaves no doubt
CLEAR = 1.4  # ratio of sides from which nobody doubts which one lifts
LATE_ONCE_S = 0.25
FOLLOWS = 0.3  # correlation below which a lag means nothing
LABEL = "EMG beside motion"


@dataclass(frozen=True, eq=False)
class Motion:
    """One movement on one clock: velocity (rad/s), moment (N m), envelopes of each side (T,), None where unrecorded."""

    trial: str
    load_kg: float
    rate_hz: float
    velocity: np.ndarray
    moment: np.ndarray
    flexors: np.ndarray | None
    extensors: np.ndarray | None

    @property
    def driver(self) -> np.ndarray | None:
        """Envelope of the side that gives most of the moment."""
        return self.flexors if np.mean(self.moment) >= 0 else self.extensors

    @property
    def opponent(self) -> np.ndarray | None:
        """Envelope of the other side."""
        return self.extensors if np.mean(self.moment) >= 0 else self.flexors


def lifting_over_lowering(motion: Motion) -> float | None:
    """Driver's mean envelope while it shortens over that while it lengthens."""
    driver = motion.driver
    if driver is None or np.ptp(motion.moment) < RANGE_NM or np.ptp(motion.velocity) == 0:
        return None
    along = motion.velocity * np.sign(np.mean(motion.moment))
    lifting, lowering = along > 0.3 * along.max(), along < 0.3 * along.min()
    if lifting.sum() < 10 or lowering.sum() < 10 or driver[lowering].mean() <= 0:
        return None
    return float(driver[lifting].mean() / driver[lowering].mean())


def driver_over_opponent(motion: Motion) -> float | None:
    """Driver's over its opponent's mean envelope in the quarter of the time with the greatest moment."""
    driver, opponent, size = motion.driver, motion.opponent, np.abs(motion.moment)
    if driver is None or opponent is None or size.max() < LOADED_NM:
        return None
    top = size >= np.quantile(size, 0.75)
    return float(driver[top].mean() / max(float(opponent[top].mean()), 1e-6))


def following(motion: Motion) -> tuple[float, float] | None:
    """How the driver's envelope follows the moment: lag (s) at which it does so best, and the correlation there.

    The lag is negative where EMG leads, as it must.
    """
    driver = motion.driver
    if driver is None or np.ptp(motion.moment) < RANGE_NM:
        return None
    moment = motion.moment * np.sign(np.mean(motion.moment))
    longest = min(int(LONGEST_LAG_S * motion.rate_hz), len(moment) // 4)
    best, at = -1.0, 0
    for lag in range(-longest, longest + 1):
        a = driver[max(0, lag) : len(driver) + min(0, lag)]
        b = moment[max(0, -lag) : len(moment) - max(0, lag)]
        if np.std(a) > 0 and np.std(b) > 0 and (r := float(np.corrcoef(a, b)[0, 1])) > best:
            best, at = r, lag
    return at / motion.rate_hz, best


def implied_strength_nm(motion: Motion) -> float | None:
    """Moment (N m) that the driver would give at an envelope of 1, were the two proportional."""
    driver, size = motion.driver, np.abs(motion.moment)
    if driver is None or size.max() < LOADED_NM:
        return None
    top = size > 0.7 * size.max()
    return float(np.median(size[top] / np.maximum(driver[top], 1e-3)))


def check_coordination(
    findings: Findings,
    path: Path,
    motions: Sequence[Motion],
    settings: QualitySettings,
    *,
    strongest_nm: float,
    in_mvc: bool,
    outside_joint: float,
) -> None:
    """Medians over the movements against what muscles do.

    `strongest_nm` is the joint's greatest moment, `outside_joint` the share of the angle outside it.
    """
    ratios = [value for m in motions if (value := driver_over_opponent(m)) is not None]
    lifts = [value for m in motions if (value := lifting_over_lowering(m)) is not None]
    followed = [best for m in motions if (best := following(m)) is not None]
    lags = [lag for lag, r in followed if r > FOLLOWS]
    least = settings.swapped_flag * (1.0 if in_mvc else UNRELATED)
    swapped = bool(ratios) and float(np.median(ratios)) < least
    if swapped:
        found = f"the muscles that lift are {np.median(ratios):.2f} times as loud as those that do not"
        fix = "look at the envelopes: are flexors and extensors swapped in channels.csv?"
        expected = f"{least:.2g} times or more"
        findings.add("DE-108", LABEL, path, found=found, expected=expected, fix=fix)
    if lifts and float(np.exp(np.median(np.log(lifts)))) < settings.reversed_flag:
        found = f"muscles {np.median(lifts):.2f} times as loud in lifting as in lowering"
        fix = (
            "does the angle fall in flexion? included: true (180 = straight) or sign: -1 in kinematics of subject.yaml"
        )
        expected = f"{settings.reversed_flag:g} times or more: lifting takes more than lowering"
        identity = "DE-087" if outside_joint > OUTSIDE else "DE-107"
        findings.add(identity, LABEL, path, found=found, expected=expected, fix=fix)
    elif not swapped and followed and float(np.median([r for _, r in followed])) < settings.unrelated_flag:
        found = f"a correlation of {np.median([r for _, r in followed]):.2f} with the moment at best"
        fix = "are EMG and angle of one trial, of one start and rate? look at both on the page of deepemg check"
        expected = f"{settings.unrelated_flag:g} or more: muscles that lift follow the moment"
        findings.add("DE-123", LABEL, path, found=found, expected=expected, fix=fix)
    elif not swapped and outside_joint < ZERO_OFF and lags and float(np.median(lags)) > settings.late_flag_s:
        found = f"EMG {1000 * np.median(lags):.0f} ms behind the moment"
        fix = "look for a trigger or a wireless delay; if it is known, write it into emg_delay_s of trials.csv"
        expected = f"EMG that leads the moment ({1000 * settings.late_flag_s:.0f} ms at the latest)"
        findings.add("DE-109", LABEL, path, found=found, expected=expected, fix=fix)
    if not swapped:
        _check_single(findings, path, motions)
    strengths = [value for m in motions if (value := implied_strength_nm(m)) is not None]
    if in_mvc and strengths and (most := float(np.median(strengths))) > settings.strength_flag * strongest_nm:
        found = f"a strength of {most:.0f} N m, were EMG and moment proportional"
        fix = "is the load in lb or g? is it another MVC (gain, day)? are MVC and movement of one channel?"
        expected = f"{settings.strength_flag * strongest_nm:.0f} N m or less"
        findings.add("DE-110", LABEL, path, found=found, expected=expected, fix=fix)
    elif in_mvc and strengths and most < settings.weakness_flag * strongest_nm:
        found = f"a strength of {most:.2g} N m, were EMG and moment proportional"
        fix = "are envelopes in per cent? is the load in kg? are MVC and movement of one channel and gain?"
        expected = f"{settings.weakness_flag * strongest_nm:.2g} N m or more"
        findings.add("DE-110", LABEL, path, found=found, expected=expected, fix=fix)
    _check_loads(findings, path, motions, settings)


def _check_single(findings: Findings, path: Path, motions: Sequence[Motion]) -> None:
    """One movement that is unlike all others: channels swapped, or EMG late, in it alone."""
    ratios = {m.trial: value for m in motions if (value := driver_over_opponent(m)) is not None}
    lags = {m.trial: best[0] for m in motions if (best := following(m)) is not None and best[1] > FOLLOWS}
    if len(ratios) > 2 and float(np.median(list(ratios.values()))) > CLEAR:
        for trial in (name for name, ratio in ratios.items() if ratio < 1 / CLEAR):
            text = f"in {trial} alone, the muscles that lift {ratios[trial]:.2f} times as loud as those that do not"
            fix = "are channels swapped in this trial's file?"
            findings.add("DE-108", LABEL, path, found=text, expected="as in other movements", fix=fix, trial=trial)
    if len(lags) > 2:
        for trial, lag in lags.items():
            if lag - float(np.median(list(lags.values()))) > LATE_ONCE_S and lag > 0:
                text = f"in {trial} alone, EMG {1000 * lag:.0f} ms behind the moment"
                fix = "look at the trigger of this trial; a known delay goes into emg_delay_s of trials.csv"
                findings.add("DE-109", LABEL, path, found=text, expected="as in other movements", fix=fix, trial=trial)


def _check_loads(findings: Findings, path: Path, motions: Sequence[Motion], settings: QualitySettings) -> None:
    """A heavier load takes more of the muscles that lift it."""
    loads = sorted({m.load_kg for m in motions if m.driver is not None})
    if len(loads) < 2:
        return
    means = [
        np.mean([m.driver.mean() for m in motions if m.load_kg == load and m.driver is not None])
        for load in (loads[0], loads[-1])
    ]
    if loads[-1] - loads[0] > 0.5 and means[1] < settings.heavier_flag * means[0]:
        found = f"EMG {means[1] / means[0]:.2f} times as loud with {loads[-1]:.3g} kg as with {loads[0]:.3g} kg"
        fix = "are the loads of trials.csv those of the files? were envelopes scaled trial by trial?"
        findings.add("DE-121", LABEL, path, found=found, expected="more EMG with more load", fix=fix)


def check_direction(findings: Findings, path: Path, trial: str, *, flexors: float, extensors: float) -> None:
    """In a maximal contraction the muscles of its direction are the louder ones, where its name says a direction."""
    named = direction_in_name(trial)
    if named is None:
        return
    own, other = (flexors, extensors) if named == "flexion" else (extensors, flexors)
    if own < other:
        found = f"{named} MVC with its own muscles at {own:.2f} and the others at {other:.2f} of their reference"
        fix = "are flexors and extensors swapped in channels.csv, or the MVC files in trials.csv?"
        findings.add("DE-108", LABEL, path, found=found, expected="its own muscles louder", fix=fix, trial=trial)


def direction_in_name(trial: str) -> str | None:
    """flexion or extension, where a trial's name says one of them."""
    name = trial.casefold()
    flexion = any(word in name for word in ("flex", "biceps", "beug", "curl"))
    extension = any(word in name for word in ("ext", "triceps", "streck"))
    return None if flexion == extension else "flexion" if flexion else "extension"
