"""One line per subject: who was measured, and in which trials."""

from __future__ import annotations

from typing import Any

from deepemg.recordings.subject import SIZES, SubjectFolder


def protocol_row(subject: SubjectFolder) -> dict[str, Any]:
    """subject, side, sex, sizes, arm, n_trials, n_mvc, loads, observed and held-out channels, emg_level, source.

    The columns arm (the joint) and emg_level (the reference) keep the names that the released table has.
    """
    described = subject.description
    return {
        "subject": subject.id,
        "side": described.get("side"),
        "sex": described.get("sex"),
        **{key: described.get(key, {}).get("value") for key in SIZES},
        "arm": described["joint"],
        "n_trials": len(subject.movements),
        "n_mvc": len(subject.mvc_trials),
        "loads": " ".join(subject.loads),
        "observed": " ".join(channel.muscle for channel in subject.channels_used("observed")),
        "held_out": " ".join(channel.muscle for channel in subject.channels_used("held_out")),
        "emg_level": subject.reference,
        "source": described.get("source"),
    }
