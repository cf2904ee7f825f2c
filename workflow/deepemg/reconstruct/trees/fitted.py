"""The trained trees applied to a subject; nothing is fitted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd

from deepemg.arm.definition import Arm
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.contract import HISTORY, Reconstruction, Trial, check_trials
from deepemg.reconstruct.generic_arm import GenericArm
from deepemg.reconstruct.nmm.believe import QUANTILE
from deepemg.reconstruct.nmm.features import OFFSET, SLOTS, NominalArm
from deepemg.reconstruct.nmm.observations import clock, observe


@dataclass(frozen=True)
class FittedTrees:
    """`models` are by muscle the trees and the standard deviation of what they miss."""

    arm: Arm
    models: dict[str, tuple[Any, float]]
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones sample by sample; torque is that of the generic arm."""
        check_trials([trial], self.arm)
        measured = [contraction for contraction in trial.contractions if contraction.torque is not None]
        seen = observe([trial], self.arm, NominalArm(), mvc=trial.by_mvc, contractions=measured or trial.contractions)
        times = clock(trial)
        inputs = seen.movements[0, 0, : len(times)].numpy()
        columns = {name: (value.clip(0, 1),) * 3 for name, value in trial.envelopes.items()}
        for name in (name for name in self.arm.muscle_names if name not in columns):
            place, (model, sd) = SLOTS.index(name), self.models[name]
            offset = float(OFFSET[place])
            middle = model.predict(inputs) + np.log(seen.reference[0, : len(times), place].numpy() + offset)
            values = (np.exp(middle + shift) - offset for shift in (0.5 * sd**2, -QUANTILE * sd, QUANTILE * sd))
            columns[name] = tuple(np.interp(trial.time_s, times, value).clip(0, 1) for value in values)
        mean, lower, upper = (
            np.column_stack([columns[name][which] for name in self.arm.muscle_names]) for which in range(3)
        )
        generic = GenericArm(self.arm, rate_hz=trial.rate_hz, settings=self.settings)
        torque = generic.torque(trial, mean)
        return Reconstruction(trial.time_s, self.arm.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        return GenericArm(self.arm, rate_hz=1.0, settings=self.settings).parameters()

    def history(self) -> pd.DataFrame:
        return pd.DataFrame(columns=list(HISTORY))

    def save(self, path: Path) -> None:
        """A pickle by joblib: to be read only by who made it."""
        joblib.dump({"arm": describe_arm(self.arm), "models": self.models, "settings": self.settings}, path)


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedTrees:
    """Read the trained trees (`snakemake` trains them once); `seed` changes nothing here."""
    check_trials(trials, arm)
    strange = [name for name in arm.muscle_names if name not in SLOTS]
    if strange:
        raise ValueError(f"the trees know {', '.join(SLOTS)}; arm {arm.name} also has {', '.join(strange)}")
    return FittedTrees(arm, joblib.load(settings["model"]), settings)


def load(path: Path) -> FittedTrees:
    """Read what `save` wrote; only what was written by yourself, for pickles run what they contain."""
    model = joblib.load(path)
    return FittedTrees(restore_arm(model["arm"]), model["models"], model["settings"])
