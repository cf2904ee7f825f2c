"""How good a recording is: every signal read once and judged; numbers, findings, and envelopes as they will be used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from deepemg.joint.strength import greatest_moment
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.read import Open, read_angle, read_emg, read_measured_torque, read_velocity
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow, Use
from deepemg.signals.checks import angle as angle_checks
from deepemg.signals.checks import copies, emg, envelope, span, torque
from deepemg.signals.envelopes import channel_level, channel_whitening, filtered
from deepemg.signals.judged import Judged
from deepemg.signals.normalisation import window_maximum
from deepemg.signals.settings import SignalSettings
from deepemg.signals.together import judge_together


def judge(
    subject: SubjectFolder,
    settings: SignalSettings,
    *,
    uses: tuple[Use, ...],
    together: bool = True,
    opened: Open | None = None,
) -> Judged:
    """Read every signal of the channels so used, angle and torque once, and judge them alone and together.

    What they show together is judged only where each is in order (and `together`): one cause is one line.
    """
    found = Judged(subject)
    channels = [channel for use in uses for channel in subject.channels_used(use)]
    for trial in subject.trials:
        _read_joint(found, trial, settings)
        for channel in channels:
            if subject.records(channel, trial):
                _read_emg(found, trial, channel, settings, opened)
        own = {c: found.emg[trial.trial, c.name] for c in channels if (trial.trial, c.name) in found.emg}
        path = subject.emg_path(channels[0], trial) if channels else subject.folder
        copies.check_channels(found.findings, path, trial, own, settings.quality)
    for channel in channels:
        _judge_over_trials(found, channel, settings)
    angles = {
        t: (subject.kinematics_path(t), found.angle[t.trial]) for t in subject.movements if t.trial in found.angle
    }
    if not found.findings.refuse("joint angle"):
        copies.check_trials(found.findings, "joint angle", angles, is_raw=False, largest_gap=copies.SAME_ANGLE)
    for channel in channels if subject.movements else ():
        _normalise(found, channel, settings)
    _judge_hidden(found)
    if together and not any(problem.level == "red" for problem in found.problems):
        judge_together(found, settings)
    _flag_weak_mvc(found)
    for row in found.channels:
        row["flags"] = found.findings.of(f"channel {row['channel']}", row["trial"])
    for row in found.kinematics:
        row["flags"] = found.findings.of("joint angle", row["trial"])
    return found


def _read_joint(found: Judged, trial: TrialRow, settings: SignalSettings) -> None:
    """Angle and measured torque of a trial."""
    subject, findings, limits = found.subject, found.findings, settings.quality
    if trial.has_angle:
        path = subject.kinematics_path(trial)
        angle = findings.read(lambda: read_angle(subject, trial), "joint angle", path, limits, trial.trial)
        if angle is not None:
            found.angle[trial.trial] = angle
            if trial.role != "movement":
                angle_checks.check_posture(findings, path, angle, limits, trial=trial.trial)
            else:
                joint_range = tuple(subject.generic_joint().length_angles_deg[[0, -1]].tolist())
                quality = angle_checks.angle_quality(angle, joint_range)
                angle_checks.check_angle(
                    findings,
                    path,
                    angle,
                    quality,
                    joint_range,
                    limits,
                    trial=trial.trial,
                    entry=subject.description["kinematics"],
                )
                found.kinematics.append({"trial": trial.trial, **quality})
                _read_gyroscope(found, trial, angle, settings)
    if trial.torque_file:
        path = subject.torque_path(trial)
        measured = findings.read(lambda: read_measured_torque(subject, trial), "torque", path, limits, trial.trial)
        if measured is None:
            return
        found.torque[trial.trial] = measured
        if trial.role != "rest":
            strongest = greatest_moment(subject.generic_joint())
            torque.check_torque(
                findings,
                path,
                measured,
                strongest,
                trial=trial.trial,
                role=trial.role,
                unit=subject.description["torque"]["unit"],
            )
        if trial.trial in found.angle:
            span.check_span(findings, "torque", path, measured, found.angle[trial.trial], limits, trial=trial.trial)


def _read_gyroscope(found: Judged, trial: TrialRow, angle: Signal, settings: SignalSettings) -> None:
    """Velocity of a gyroscope beside the angle's own derivative, where there is one."""
    entry = found.subject.description["kinematics"].get("velocity")
    if entry is None:
        return
    path, findings = found.subject.kinematics_path(trial, entry), found.findings
    measured = findings.read(
        lambda: read_velocity(found.subject, trial),  # type: ignore[arg-type,return-value]
        "velocity",
        path,
        settings.quality,
        trial.trial,
    )
    if measured is not None:
        span.check_span(findings, "velocity", path, measured, angle, settings.quality, trial=trial.trial)
        angle_checks.check_velocity(
            findings, path, measured, angle, cutoff_hz=settings.kinematics.cutoff_hz, trial=trial.trial
        )


def _read_emg(found: Judged, trial: TrialRow, channel: Channel, settings: SignalSettings, opened: Open | None) -> None:
    subject, findings, limits, band = found.subject, found.findings, settings.quality, settings.envelopes
    label, path = f"channel {channel.name}", subject.emg_path(channel, trial)
    signal = findings.read(lambda: read_emg(subject, channel, trial, opened=opened), label, path, limits, trial.trial)
    if signal is None:
        return
    if channel.kind == "raw" and signal.rate_hz <= 2 * band.band_high_hz:
        expected = f"more than {2 * band.band_high_hz:g} Hz for a band up to {band.band_high_hz:g} Hz"
        fix = f"if it was recorded so: process_emg: {{band_high_hz: {0.45 * signal.rate_hz:.0f}}} in config/config.yaml"
        findings.add(
            "DE-024", label, path, found=f"{signal.rate_hz:g} Hz", expected=expected, fix=fix, trial=trial.trial
        )
        return
    found.emg[trial.trial, channel.name] = signal
    if trial.trial in found.angle:
        as_recorded = replace(signal, start_s=signal.start_s + trial.emg_delay_s)
        span.check_span(findings, label, path, as_recorded, found.angle[trial.trial], limits, trial=trial.trial)
    if channel.kind != "raw":
        return
    quality = emg.emg_quality(signal, mains_hz=limits.mains_hz, low_hz=band.band_low_hz, high_hz=band.band_high_hz)
    if trial.role != "rest":  # a silent muscle leaves nothing but noise and movement artefact
        emg.check_emg(findings, label, path, signal, quality, limits, band, trial=trial.trial, unit=channel.unit)
    loudest = window_maximum(
        np.abs(signal.values - np.mean(signal.values)), rate_hz=signal.rate_hz, window_s=band.mvc_window_s
    )
    if channel.use == "observed":
        found.channels.append({"trial": trial.trial, "channel": channel.name, **quality, "loudest_uv": loudest})


def _judge_over_trials(found: Judged, channel: Channel, settings: SignalSettings) -> None:
    """One channel in all its trials: the same samples twice, another spectrum, noise beside its loudest."""
    subject, label = found.subject, f"channel {channel.name}"
    own = {t: found.emg[t.trial, channel.name] for t in subject.trials if (t.trial, channel.name) in found.emg}
    paths = {t.trial: subject.emg_path(channel, t) for t in own}
    copies.check_trials(
        found.findings,
        label,
        {t: (paths[t.trial], s) for t, s in own.items() if t.role != "rest"},
        is_raw=channel.kind == "raw",
    )
    numbers = {row["trial"]: row for row in found.channels if row["channel"] == channel.name}
    loudest = max((row["loudest_uv"] for row in numbers.values()), default=0.0)
    for trial in own:
        if trial.trial in numbers and trial.role != "rest":
            row = numbers[trial.trial]
            emg.check_noise(
                found.findings, label, paths[trial.trial], row, loudest, settings.quality, trial=trial.trial
            )
    unsure = {trial.trial for trial in own if trial.trial not in found.angle and trial.role != "rest"}
    resting = {trial.trial for trial in own if trial.role == "rest"}
    medians = {name: row["median_frequency_hz"] for name, row in numbers.items() if name not in resting}
    span.check_spectra(found.findings, label, paths, medians, unsure)


def _normalise(found: Judged, channel: Channel, settings: SignalSettings) -> None:
    """Envelopes of a channel over its level, each judged."""
    subject, findings, limits = found.subject, found.findings, settings.quality
    label = f"channel {channel.name}"
    read = [trial for trial in subject.trials if (trial.trial, channel.name) in found.emg]
    raw = {trial.trial: found.emg[trial.trial, channel.name] for trial in read}
    used = [trial.trial for trial in read if trial.role != "rest"]
    if not all(trial.trial in raw for trial in subject.movements) or not used or findings.refuse(label):
        return  # what could not be read, or is no EMG, has been told
    try:
        whitening = channel_whitening(subject, channel, settings.envelopes, raw)
        smooth = {name: filtered(raw[name], channel.kind, settings.envelopes, whitening) for name in used}
        level = channel_level(subject, channel, smooth, settings.envelopes)
    except ValueError as error:
        path = subject.emg_path(channel, subject.movements[0])
        fix = "remove the dead channel, or correct its column"
        findings.add("DE-078", label, path, found=str(error), expected="a muscle that works", fix=fix)
        return
    found.levels[channel.name] = level
    movements = {}
    for trial in subject.trials:
        if trial.trial not in smooth:
            continue
        own = smooth[trial.trial]
        fraction = Signal(own.values / level, own.rate_hz, own.start_s)
        found.envelopes[trial.trial, channel.name] = fraction
        if trial.role == "movement":
            movements[trial.trial] = fraction
            path = subject.emg_path(channel, trial)
            envelope.check_envelope(
                findings, label, path, fraction, limits, trial=trial.trial, channel=channel, reference=subject.reference
            )
    path = subject.emg_path(channel, subject.movements[0])
    if channel.kind != "excitation":
        envelope.check_silent(findings, label, path, movements, limits, unit=channel.unit)
        files = {trial.trial: subject.emg_path(channel, trial) for trial in subject.movements}
        envelope.check_silent_once(findings, label, files, movements, share=limits.silent_once)
    if channel.kind != "excitation":
        all_trials = movements if channel.kind == "envelope" else _raw_of(found, channel)
        envelope.check_scaled_per_trial(findings, label, path, all_trials)


def _judge_hidden(found: Judged) -> None:
    """Held-out envelopes against the observed ones of the same movement."""
    subject = found.subject
    observed, hidden = (subject.channels_used(use) for use in ("observed", "held_out"))
    told = {label for _, label, _, _ in found.findings.shared if label.startswith("channels ")}
    for trial in subject.movements:
        seen = {c: found.envelopes[trial.trial, c.name] for c in observed if (trial.trial, c.name) in found.envelopes}
        for channel in hidden:
            if (trial.trial, channel.name) not in found.envelopes:
                continue
            others = {c: s for c, s in seen.items() if f"channels {c.name} and {channel.name}" not in told}
            own = found.envelopes[trial.trial, channel.name]
            copies.check_hidden(found.findings, subject.emg_path(channel, trial), trial, (channel, own), others)


def _raw_of(found: Judged, channel: Channel) -> dict[str, Signal]:
    """Raw signals of a channel by trial, without rest, where they are not clipped."""
    resting = {trial.trial for trial in found.subject.trials if trial.role == "rest"}
    own = [row for row in found.channels if row["channel"] == channel.name and row["trial"] not in resting]
    if any(row["clipped"] > 0 for row in own):
        return {}
    raw = {row["trial"]: found.emg[row["trial"], channel.name] for row in own}
    return {trial: replace(signal, values=signal.values - np.median(signal.values)) for trial, signal in raw.items()}


def _flag_weak_mvc(found: Judged) -> None:
    """Tell each movement in which a channel is louder than in all MVC trials: they were no maximum for its muscle."""
    subject = found.subject
    mvc_trials = {trial.trial for trial in subject.mvc_trials}
    channels = {channel.name: channel for channel in subject.channels}
    maxima: dict[str, float] = {}
    for row in found.channels:
        if row["trial"] in mvc_trials:
            maxima[row["channel"]] = max(maxima.get(row["channel"], 0.0), row["loudest_uv"])
    trials = {trial.trial: trial for trial in subject.trials}
    for row in found.channels:
        if row["loudest_uv"] > maxima.get(row["channel"], np.inf) > 0:  # of a silent one it has been told
            path = subject.emg_path(channels[row["channel"]], trials[row["trial"]])
            text = f"{row['loudest_uv'] / maxima[row['channel']]:.2f} times the largest MVC"
            fix = "look at the MVC trials: another day, gain or muscle, or no maximum; envelopes go above 1"
            found.findings.add(
                "DE-103", f"channel {row['channel']}", path, found=text, expected="MVC trials that are louder", fix=fix,
                trial=row["trial"],
            )  # fmt: skip


def recording_quality(
    subject: SubjectFolder,
    settings: SignalSettings = SignalSettings(),  # noqa: B008, frozen
    *,
    uses: tuple[Use, ...] = ("observed",),
) -> dict[str, Any]:
    """Numbers and flags of every signal of a subject, and all that was found, as plain data.

    Held-out channels are not touched unless `uses` names them. Raises RecordingError with every fault at once.
    """
    found = judge(subject, settings, uses=uses)
    refused = [problem for problem in found.problems if problem.level == "red"]
    if refused:
        raise RecordingError(refused)
    return {
        "subject": subject.id,
        "reference": subject.reference,
        "channels": found.channels,
        "kinematics": found.kinematics,
        "warnings": [str(problem) for problem in found.problems],
    }
