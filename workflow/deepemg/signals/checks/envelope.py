"""Every envelope after normalisation, observed or held out, raw or given as one: is it a fraction of a maximum?"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel
from deepemg.signals.checks.findings import Findings
from deepemg.signals.emg import low_pass
from deepemg.signals.settings import QualitySettings

SMOOTH_HZ = 20.0  # an envelope has no power above
NEARLY_ONE = 0.9  # a maximum that every trial reaches, whatever its load, is the scale's and not the muscle's
UNRELATED = 4.0  # times the limit, where 1 is the training movements' own maximum
FRACTION_IN_PERCENT = 0.02  # an envelope in per cent that never reaches it holds fractions


def check_envelope(
    findings: Findings,
    label: str,
    path: Path,
    envelope: Signal,
    settings: QualitySettings,
    *,
    trial: str,
    channel: Channel,
    reference: str,
) -> None:
    """Never negative, not far above 1, smooth. `reference` is what 1 means.

    Training movements are no maximum: a test may be several times louder than they are.
    """
    values, kind = envelope.values, channel.kind
    above = settings.envelope_above * (1.0 if reference == "mvc" or channel.is_fraction else UNRELATED)
    low, high = float(values.min()), float(values.max())
    if kind != "raw" and low < -settings.envelope_below:
        fix = "set kind to raw if it is raw EMG; else export the envelope without its offset"
        expected = "0 or more, as envelopes are"
        findings.add("DE-076", label, path, found=f"{low:.3g}", expected=expected, fix=fix, trial=trial)
    elif high > above:
        expected, fix = f"0 to {above:g} times its reference", _fix(channel.unit, kind, high)
        findings.add("DE-077", label, path, found=f"{high:.3g}", expected=expected, fix=fix, trial=trial)
    elif kind == "envelope" and (rough := roughness(envelope)) > settings.rough_flag:
        found = f"{rough:.0%} of its variance above {SMOOTH_HZ:g} Hz"
        fix = "set kind to raw if it is raw EMG; rectified EMG must be smoothed, or exported raw"
        findings.add("DE-079", label, path, found=found, expected="a smooth envelope", fix=fix, trial=trial)


def _fix(unit: str, kind: str, high: float) -> str:
    if unit == "1" and kind == "envelope":
        return "per cent? then write % as unit in channels.csv" if high <= 1000 else "correct unit or kind"
    if unit == "%":
        return "write 1 as unit if they are fractions; correct the level that they were divided by"
    return "look for spikes in it; look whether the MVC trials are of this channel, unit and day"


def roughness(envelope: Signal) -> float:
    """Share of the variance above SMOOTH_HZ; 0 where the rate does not hold it."""
    if envelope.rate_hz <= 2.5 * SMOOTH_HZ or len(envelope.values) < 50:
        return 0.0
    smooth = low_pass(envelope.values, rate_hz=envelope.rate_hz, cutoff_hz=SMOOTH_HZ, order=4)
    total = float(np.var(envelope.values))
    return float(np.var(envelope.values - smooth)) / total if total > 0 else 0.0


def check_silent(
    findings: Findings, label: str, path: Path, envelopes: dict[str, Signal], settings: QualitySettings, *, unit: str
) -> None:
    """A channel that gives nothing in any movement, or stands at one value."""
    if not envelopes:
        return
    highest = max(float(envelope.values.max()) for envelope in envelopes.values())
    if unit == "%" and highest < FRACTION_IN_PERCENT:
        found, expected = f"{100 * highest:.2g} % at most", f"some movement above {FRACTION_IN_PERCENT:.0%}"
        findings.add("DE-078", label, path, found=found, expected=expected, fix="fractions? then write 1 as unit")
        return
    spans = [float(np.ptp(envelope.values)) for envelope in envelopes.values()]
    if max(spans) < settings.silent_below:
        found = f"changes of {max(spans):.2g} at most, in {len(spans)} movements"
        fix = "remove the dead channel, or correct its column and unit"
        expected = f"a muscle that works: {settings.silent_below:g} or more"
        findings.add("DE-078", label, path, found=found, expected=expected, fix=fix)


def check_silent_once(
    findings: Findings, label: str, paths: dict[str, Path], envelopes: dict[str, Signal], *, share: float
) -> None:
    """A channel that is alive in other movements and gives next to nothing in one."""
    highest = {trial: float(np.quantile(np.abs(envelope.values), 0.99)) for trial, envelope in envelopes.items()}
    for trial, own in highest.items():
        others = [value for name, value in highest.items() if name != trial]
        if others and own < share * float(np.median(others)):
            found = f"{own:.2g} at most, beside {np.median(others):.2g} in other movements"
            fix = "look for a lost sensor or cable in this trial; leave the trial out, or name its channels"
            findings.add(
                "DE-124", label, paths[trial], found=found, expected="a muscle that works", fix=fix, trial=trial
            )


def check_scaled_per_trial(findings: Findings, label: str, path: Path, envelopes: dict[str, Signal]) -> None:
    """Signals that reach the same maximum in every trial were scaled trial by trial: loads cannot be compared."""
    if len(envelopes) < 3:
        return
    highest = np.array([float(np.abs(envelope.values).max()) for envelope in envelopes.values()])
    in_full = bool((highest >= NEARLY_ONE).all() and (highest <= 1.0005).all())
    if in_full or np.ptp(highest) < 0.02 * float(highest.mean()):
        found = f"a maximum of {highest.min():.3g} to {highest.max():.3g} in each of {len(highest)} trials"
        fix = "export envelopes that share one scale (MVC), or raw EMG; nothing between loads can be said"
        findings.add("DE-112", label, path, found=found, expected="maxima that differ", fix=fix)
