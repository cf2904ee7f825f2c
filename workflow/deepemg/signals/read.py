"""A subject folder through the study's own processing, in one call: checked, filtered, inverse dynamics done."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from deepemg.recordings.check import check_texts
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions
from deepemg.signals.envelopes import subject_envelopes
from deepemg.signals.kinematics import subject_kinematics
from deepemg.signals.quality import recording_quality
from deepemg.signals.recording import Recording
from deepemg.signals.settings import SignalSettings
from deepemg.signals.tables import make_recording
from deepemg.signals.torque import subject_torque


def read(
    folder: str | Path,
    recordings: str | Path | None = None,
    *,
    settings: SignalSettings = SignalSettings(),  # noqa: B008, frozen
) -> Recording:
    """Read a subject folder (config/README.md) with everything that the study does before a fit.

    `recordings` is the folder of the signal files where they do not lie in the subject folder. Raises RecordingError
    with every fault of texts, names and files, or, where there is none, of the samples.
    """
    path, elsewhere = Path(folder), Path(recordings) if recordings else None
    if refused := check_texts(path, elsewhere, band_high_hz=settings.envelopes.band_high_hz).refused:
        raise RecordingError(refused)
    subject = read_subject(path, elsewhere)
    recording_quality(subject, settings, uses=("observed", "held_out"))
    kinematics = subject_kinematics(subject, rate_hz=settings.rate_hz, settings=settings.kinematics)
    clock = kinematics[["trial", "time_s"]]
    joint = subject.scaled_joint()
    observed, levels = subject_envelopes(subject, "observed", clock, settings.envelopes)
    held_out, _ = subject_envelopes(subject, "held_out", clock, settings.envelopes)
    recording = make_recording(
        joint,
        kinematics,
        subject_torque(joint, kinematics),
        observed,
        subject_contractions(subject, levels, settings.envelopes),
        reference=subject.reference,
        signals=settings.envelopes,
    )
    return replace(recording, held_out=held_out)
