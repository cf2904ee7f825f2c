"""A training recording as plain data and tensors, and back."""

from __future__ import annotations

from typing import Any

import torch

from deepemg.joint.definition import Joint
from deepemg.settings import as_plain, from_plain
from deepemg.signals.recording import SERIES, Contraction, Recording, Trial
from deepemg.signals.settings import EnvelopeSettings

NAMES = ("name", "split", "load_label", "load_kg")


def recording_state(recording: Recording) -> dict[str, Any]:
    """Trials, contractions, reference and signal settings; the joint is kept elsewhere."""
    return {
        "trials": [
            {name: getattr(trial, name) for name in NAMES}
            | {name: torch.from_numpy(getattr(trial, name).copy()) for name in SERIES}
            for trial in recording.trials
        ],
        "contractions": [
            {"role": c.role, "angle": c.angle, "torque": c.torque, "envelopes": torch.from_numpy(c.envelopes.copy())}
            for c in recording.contractions
        ],
        "reference": recording.reference,
        "signals": as_plain(recording.signals),
    }


def restore_recording(joint: Joint, state: dict[str, Any]) -> Recording:
    """What `recording_state` gave."""
    trials = [
        Trial(**entry | {name: entry[name].numpy() for name in SERIES}, muscles=joint.muscle_names)
        for entry in state["trials"]
    ]
    contractions = [Contraction(**entry | {"envelopes": entry["envelopes"].numpy()}) for entry in state["contractions"]]
    signals = from_plain(EnvelopeSettings, state["signals"])
    return Recording(joint, tuple(trials), tuple(contractions), state["reference"], signals)
