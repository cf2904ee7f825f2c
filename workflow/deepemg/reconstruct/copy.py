"""`copy`: a hidden muscle is the mean of the observed muscles with the same action. Nothing is fitted but the band."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from deepemg.arm.definition import Arm
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.band import band, residual_half_widths
from deepemg.reconstruct.contract import HISTORY, Reconstruction, Trial, check_trials
from deepemg.reconstruct.generic_arm import GenericArm


@dataclass(frozen=True)
class FittedCopy:
    """`half_widths` (n_muscles,) is how far the observed muscles are from their observed neighbours."""

    arm: Arm
    observed: tuple[str, ...]
    half_widths: np.ndarray
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        check_trials([trial], self.arm)
        mean = np.column_stack([_estimate(muscle.name, trial, self.arm) for muscle in self.arm.muscles])
        lower, upper = band(mean, self.half_widths)
        generic = GenericArm(self.arm, rate_hz=trial.rate_hz, settings=self.settings)
        return Reconstruction(
            trial.time_s, self.arm.muscle_names, mean, lower, upper, torque=generic.torque(trial, mean)
        )

    def parameters(self) -> pd.DataFrame:
        return GenericArm(self.arm, rate_hz=1.0, settings=self.settings).parameters()

    def history(self) -> pd.DataFrame:
        return pd.DataFrame(columns=list(HISTORY))

    def save(self, path: Path) -> None:
        model = {
            "method": "copy",
            "arm": describe_arm(self.arm),
            "observed": self.observed,
            "half_widths": self.half_widths.tolist(),
            "settings": self.settings,
        }
        path.write_text(json.dumps(model, indent=1))


def neighbours(muscle: str, observed: Sequence[str], arm: Arm) -> list[str]:
    """Observed muscles with the same action as `muscle`, without itself; all observed ones where there are none."""
    others = [name for name in observed if name != muscle]
    same = [name for name in others if arm.muscle(name).action == arm.muscle(muscle).action]
    return same or others


def _estimate(muscle: str, trial: Trial, arm: Arm) -> np.ndarray:
    if muscle in trial.envelopes:
        return np.clip(trial.envelopes[muscle], 0, 1)
    return np.clip(np.mean([trial.envelopes[name] for name in neighbours(muscle, trial.observed, arm)], axis=0), 0, 1)


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedCopy:
    """Copy each observed muscle from its observed neighbours to learn the band; `seed` changes nothing here."""
    observed = check_trials(trials, arm)
    residuals = {}
    for muscle in observed:
        same = [n for n in neighbours(muscle, observed, arm) if arm.muscle(n).action == arm.muscle(muscle).action]
        if same:
            errors = [t.envelopes[muscle] - np.mean([t.envelopes[n] for n in same], axis=0) for t in trials]
            residuals[muscle] = np.concatenate(errors)
    return FittedCopy(arm, observed, residual_half_widths(residuals, arm), settings)


def load(path: Path) -> FittedCopy:
    """Read what `save` wrote."""
    model = json.loads(path.read_text())
    half_widths = np.array(model["half_widths"], dtype=float)
    return FittedCopy(restore_arm(model["arm"]), tuple(model["observed"]), half_widths, model["settings"])
