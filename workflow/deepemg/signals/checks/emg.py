"""Raw EMG as an amplifier gives it: amplitude, spectrum, and the traces of damage. An offset is no fault."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from scipy.ndimage import median_filter
from scipy.signal import detrend, find_peaks, welch

from deepemg.recordings.signal import Signal
from deepemg.recordings.units import scale
from deepemg.signals.checks.findings import Findings
from deepemg.signals.emg import band_pass
from deepemg.signals.settings import EnvelopeSettings, QualitySettings

EXTREME = 0.999  # of the largest deviation: samples beyond it stand at the rail of a converter
ONE_SIDED = 0.15  # lower over upper deviation from the median, below which a signal was rectified
VOLTS = ("uV", "mV", "V", "nV")
HEART_HZ = (0.7, 3.0)


def emg_quality(signal: Signal, *, mains_hz: float, low_hz: float, high_hz: float) -> dict[str, float]:
    """Root mean square (uV), power shares and clipping of raw EMG about its mean; low_hz to high_hz is the EMG band."""
    values = signal.values - np.mean(signal.values)
    frequency, power = welch(values, fs=signal.rate_hz, nperseg=min(len(values), int(signal.rate_hz)))
    total = float(power.sum()) or 1.0
    centred = signal.values - np.median(signal.values)
    return {
        "rms_uv": float(np.sqrt(np.mean(values**2))),
        "power_in_band": float(power[(frequency >= low_hz) & (frequency <= high_hz)].sum() / total),
        "power_below_band": float(power[frequency < low_hz].sum() / total),
        "power_mains": float(power[np.abs(frequency - mains_hz) <= 1].sum() / total),
        "hum": hum_over_neighbours(frequency, power, mains_hz),
        "median_frequency_hz": float(frequency[np.argmax(np.cumsum(power) >= 0.5 * power.sum())]),
        "clipped": max(_at_rail(centred), _at_rail(-centred)),
        "duration_s": signal.duration_s,
    }


def _at_rail(centred: np.ndarray) -> float:
    """Share of the samples at the largest value, where it is held for more than one sample."""
    peak = float(centred.max())
    if peak <= 0:
        return 1.0 if not centred.any() else 0.0
    at = centred >= EXTREME * peak
    return float(np.mean(at[1:] & at[:-1]))


def check_emg(
    findings: Findings,
    label: str,
    path: Path,
    signal: Signal,
    quality: dict[str, float],
    settings: QualitySettings,
    emg: EnvelopeSettings,
    *,
    trial: str,
    unit: str,
) -> None:
    """Raw EMG has some microvolts to some millivolts, power where EMG has power, and both signs."""
    note = {"label": label, "path": path, "trial": trial}
    low, high, share = settings.rms_min_uv, settings.rms_max_uv, settings.raw_power_min
    if not quality["rms_uv"] > 0 or (unit in VOLTS and not low <= quality["rms_uv"] <= high):
        found = f"{quality['rms_uv']:.3g} uV rms"
        fix = _unit_fix(quality["rms_uv"], unit, settings)
        findings.add("DE-070", **note, found=found, expected=f"{low:g} to {high:g} uV", fix=fix)  # type: ignore[arg-type]
    elif quality["power_in_band"] < share:
        found = f"{quality['power_in_band']:.0%} of the power in the EMG band"
        fix = "set kind to envelope if it was filtered already"
        findings.add("DE-071", **note, found=found, expected=f"at least {share:.0%} in raw EMG", fix=fix)  # type: ignore[arg-type]
    elif is_rectified(signal.values):
        found, expected = "values of one sign", "both signs, as raw EMG has them"
        fix = "export the raw signal; if it is smooth, set kind to envelope"
        findings.add("DE-080", **note, found=found, expected=expected, fix=fix)  # type: ignore[arg-type]
    else:
        for identity, found, expected, fix in damage(signal, quality, settings, emg):
            findings.add(identity, **note, found=found, expected=expected, fix=fix)  # type: ignore[arg-type]


def _unit_fix(rms_uv: float, unit: str, settings: QualitySettings) -> str:
    """Which unit would make the amplitude that of EMG."""
    if rms_uv <= 0:
        return "remove the dead channel, or leave the trial out"
    likely = [
        other
        for other in VOLTS
        if settings.rms_min_uv <= rms_uv * scale(other, "emg") / scale(unit, "emg") <= settings.rms_max_uv
    ]
    if likely:
        return f"write {likely[0]} as unit in channels.csv if that is what the file holds, or au if nobody knows"
    return "correct the unit in channels.csv (V, mV, uV), or remove a dead channel"


def is_rectified(values: np.ndarray) -> bool:
    """Whether a signal lies on one side of its lowest (or highest) value, as rectified EMG does."""
    below, above = np.median(values) - values.min(), values.max() - np.median(values)
    least, most = sorted((float(below), float(above)))
    return most > 0 and least < ONE_SIDED * most and least < 4 * float(np.median(np.abs(values - np.median(values))))


def damage(
    signal: Signal, quality: dict[str, float], settings: QualitySettings, emg: EnvelopeSettings
) -> list[tuple[str, str, str, str]]:
    """id, found, expected, fix of what should be looked at."""
    found = []
    if quality["clipped"] > settings.clipping_flag:
        share = f"{quality['clipped']:.1%} of the samples at the largest value"
        found.append(("DE-102", share, "peaks of different heights", "lower the gain, or leave the trial out"))
    if (still := longest_still_s(signal)) > settings.still_flag_s:
        text = f"{still:.2g} s at one value"
        found.append(("DE-113", text, "a signal that never stands still", "look for a lost sensor; cut it out"))
    if (spikes := count_spikes(signal, settings.spike_flag)) > 0:
        text = f"{spikes} samples beyond {settings.spike_flag:g} times the strongest tenth of a second beside them"
        found.append(("DE-114", text, "bursts, not single samples", "look for a loose electrode or a knock"))
    if (beats := heart_beats_hz(signal)) is not None:
        text = f"sharp waves {60 * beats:.0f} times a minute"
        found.append(("DE-115", text, "no rhythm of a heart", "look for ECG; move the electrode"))
    if (step := step_over_rms(signal, emg)) > settings.step_flag:
        text = f"a step of {step:.1f} times the EMG's own rms in its baseline"
        found.append(("DE-116", text, "a steady baseline", "look for a cable that was moved; cut it out"))
    return found


def check_noise(
    findings: Findings,
    label: str,
    path: Path,
    quality: dict[str, float],
    loudest_uv: float,
    settings: QualitySettings,
    *,
    trial: str,
) -> None:
    """Motion artefact and mains hum, where they are a share of the trial and not small beside the channel's loudest.

    A silent muscle shows nothing but noise, and none of it matters once it is divided by the level.
    """
    rms, least = quality["rms_uv"], settings.noise_flag * loudest_uv
    below, hum = (np.sqrt(quality[key]) * rms for key in ("power_below_band", "power_mains"))
    if quality["power_below_band"] > settings.artefact_flag and below > least:
        found = f"{quality['power_below_band']:.0%} of the power below the EMG band"
        fix, expected = "look for motion artefacts or a step", f"less than {settings.artefact_flag:.0%}"
        findings.add("DE-100", label, path, found=found, expected=expected, fix=fix, trial=trial)
    if quality["hum"] > settings.hum_flag and (hum > least or quality["power_mains"] > settings.mains_flag):
        share = f"{quality['power_mains']:.0%} of the power at mains frequency"
        found, expected = (
            f"{share}, {quality['hum']:.0f} times what is beside it",
            f"less than {settings.hum_flag:g} times",
        )
        findings.add(
            "DE-101", label, path, found=found, expected=expected, fix="look at cables and ground", trial=trial
        )


def hum_over_neighbours(frequency: np.ndarray, power: np.ndarray, mains_hz: float) -> float:
    """Largest power at the mains frequency or its next harmonics over the median of what lies beside it."""
    ratios = [0.0]
    for harmonic in (1, 2, 3):
        away = np.abs(frequency - harmonic * mains_hz)
        at, beside = away <= 1, (away > 3) & (away <= 12)
        if at.any() and beside.any() and (usual := float(np.median(power[beside]))) > 0:
            ratios.append(float(power[at].max()) / usual)
    return max(ratios)


def longest_still_s(signal: Signal) -> float:
    """Longest time (s) over which no sample differs from the one before it."""
    moves = np.flatnonzero(np.diff(signal.values) != 0)
    edges = np.concatenate([[-1], moves, [len(signal.values) - 1]])
    return float(np.diff(edges).max() - 1) / signal.rate_hz


def count_spikes(signal: Signal, limit: float) -> int:
    """Samples that stand out of the loudest tenth of a second around them, without those next to them."""
    values = np.abs(signal.values - np.median(signal.values))
    width = max(3, int(0.05 * signal.rate_hz) | 1)
    local = np.sqrt(np.maximum(median_filter(values**2, size=width, mode="nearest"), 1e-12)) / 0.6745
    overall = float(np.sqrt(np.mean(np.minimum(values, np.quantile(values, 0.99)) ** 2))) or 1e-12
    out = values > limit * np.maximum(local, overall)
    return int(np.sum(out))


def heart_beats_hz(signal: Signal) -> float | None:
    """Rate (Hz) of sharp waves that come as regularly as heart beats and stand out of the EMG; None where none do."""
    if signal.duration_s < 4 or signal.rate_hz < 150:
        return None
    wave = np.abs(band_pass(signal.values, rate_hz=signal.rate_hz, low_hz=8, high_hz=30, order=4))
    height = 5 * float(np.median(wave)) / 0.6745
    peaks, _ = find_peaks(wave, height=height, distance=int(0.3 * signal.rate_hz))
    if len(peaks) < 5:
        return None
    steps = np.diff(peaks) / signal.rate_hz
    rate = 1 / float(np.median(steps))
    regular = float(np.mean(np.abs(steps * rate - 1) < 0.12))
    covered = len(peaks) / (rate * signal.duration_s)
    return rate if HEART_HZ[0] <= rate <= HEART_HZ[1] and regular >= 0.75 and covered > 0.7 else None


def step_over_rms(signal: Signal, emg: EnvelopeSettings) -> float:
    """Largest lasting change of the baseline within a quarter of a second, over the rms of the EMG in its band."""
    width = max(1, int(0.25 * signal.rate_hz))
    count = len(signal.values) // width
    if count < 4 or signal.rate_hz <= 2.2 * emg.band_low_hz:
        return 0.0
    means = detrend(np.median(signal.values[: count * width].reshape(count, width), axis=1))
    high = min(emg.band_high_hz, 0.45 * signal.rate_hz)
    inside = band_pass(signal.values, rate_hz=signal.rate_hz, low_hz=emg.band_low_hz, high_hz=high, order=emg.order)
    lasting = [abs(np.median(means[max(0, i - 3) : i]) - np.median(means[i + 1 : i + 4])) for i in range(2, count - 2)]
    return float(max(lasting, default=0.0) / (np.sqrt(np.mean(inside**2)) or 1.0))
