"""One line per subject: who was measured, and in which trials."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from deepemg.recordings.description import SIZES
from deepemg.recordings.subject import SubjectFolder

RELEASED = {"joint": "arm", "reference": "emg_level"}  # the names that the released table has


def protocol_row(subject: SubjectFolder) -> dict[str, Any]:
    """subject, side, sex, sizes, joint, n_trials, n_mvc, loads, observed and held-out channels, reference, source."""
    described = subject.description
    return {
        "subject": subject.id,
        "side": described.get("side"),
        "sex": described.get("sex"),
        **{key: described.get(key, {}).get("value") for key in SIZES},
        "joint": described["joint"],
        "n_trials": len(subject.movements),
        "n_mvc": len(subject.mvc_trials),
        "loads": " ".join(subject.loads),
        "observed": " ".join(channel.muscle for channel in subject.channels_used("observed")),
        "held_out": " ".join(channel.muscle for channel in subject.channels_used("held_out")),
        "reference": subject.reference,
        "source": described.get("source"),
    }


def protocol_table(subjects: Iterable[SubjectFolder]) -> pd.DataFrame:
    """Table 1: a row per subject."""
    return pd.DataFrame([protocol_row(subject) for subject in subjects]).rename(columns=RELEASED)
