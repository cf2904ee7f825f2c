"""A training recording as plain data and tensors, and back."""

from __future__ import annotations

from typing import Any

import torch

from deepemg.joint.definition import Joint
from deepemg.settings import as_plain, from_plain
from deepemg.signals.recording import Contraction, Recording, Trial, envelope_matrix
from deepemg.signals.settings import EnvelopeSettings

NAMES = ("name", "split", "load_label", "load_kg")
MOTION = ("time_s", "angle", "velocity", "torque")  # arrays (T,)


def recording_state(recording: Recording) -> dict[str, Any]:
    """Trials, contractions, reference and signal settings; the joint is kept elsewhere."""
    return {
        "trials": [_trial_state(trial) for trial in recording.trials],
        "contractions": [
            {
                "role": c.role,
                "angle": c.angle,
                "torque": c.torque,
                "envelopes": torch.from_numpy(c.envelopes.copy()),
                "pronated": c.pronated,
            }
            for c in recording.contractions
        ],
        "reference": recording.reference,
        "signals": as_plain(recording.signals),
    }


def restore_recording(joint: Joint, state: dict[str, Any]) -> Recording:
    """What `recording_state` gave."""
    trials = [_restore_trial(joint, entry) for entry in state["trials"]]
    contractions = [Contraction(**entry | {"envelopes": entry["envelopes"].numpy()}) for entry in state["contractions"]]
    signals = from_plain(EnvelopeSettings, state["signals"])
    return Recording(joint, tuple(trials), tuple(contractions), state["reference"], signals)


def _trial_state(trial: Trial) -> dict[str, Any]:
    """Names, motion, and the envelopes (T,) of the observed muscles alone."""
    envelopes = {muscle: torch.tensor(trial.envelope(muscle)) for muscle in trial.observed}
    motion = {name: torch.tensor(getattr(trial, name)) for name in MOTION}
    return {name: getattr(trial, name) for name in NAMES} | motion | {"envelopes": envelopes}


def _restore_trial(joint: Joint, state: dict[str, Any]) -> Trial:
    motion = {name: state[name].numpy() for name in MOTION}
    columns = {muscle: values.numpy() for muscle, values in state["envelopes"].items()}
    envelopes = envelope_matrix(joint.muscle_names, columns, len(motion["time_s"]))
    return Trial(**state | motion | {"envelopes": envelopes}, muscles=joint.muscle_names)
