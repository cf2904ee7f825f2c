"""`hybrid`: a calibrated EMG-driven model that then tracks torque, after CEINMS (Pizzolato 2015, "EMG-assisted").

Calibration (Lloyd and Besier 2003): the parameters of the scheme are fitted, inside their bounds and with a penalty on
leaving the generic values, so that the measured envelopes give the inverse-dynamics torque of the training trials; a
hidden muscle is driven by its observed neighbours. Execution (Sartori 2014): at each sample the activations of observed
muscles are adjusted and those of hidden muscles synthesised by a bounded least-squares trade of torque error, distance
of the observed from their measured activations, and effort of the hidden ones (or their distance from the neighbours').
It reads the torque of the trial it reconstructs.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from deepemg.arm.definition import Arm
from deepemg.arm.forward import ForwardModel
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.band import band
from deepemg.reconstruct.calibration import calibrate, root_mean_square_torque
from deepemg.reconstruct.contract import HISTORY, Reconstruction, Trial, check_trials
from deepemg.reconstruct.copy import neighbours
from deepemg.reconstruct.so import observed_half_widths, with_measured

HALVINGS = 60  # of the bracket of the torque error: below the resolution of float64


@dataclass(frozen=True)
class FittedHybrid:
    """`personal` (n_parameters,) in the order of the scheme; `torque_scale` (N m) is the RMS of the training torque."""

    arm: Arm
    personal: np.ndarray
    torque_scale: float
    half_widths: np.ndarray
    losses: pd.DataFrame
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones synthesised; `torque` is that of the whole adjusted solution."""
        check_trials([trial], self.arm)
        envelopes, torque = execute(trial, self.arm, self.personal, self.torque_scale, self.settings)
        mean = with_measured(trial, self.arm, envelopes)
        lower, upper = band(mean, self.half_widths)
        return Reconstruction(trial.time_s, self.arm.muscle_names, mean, lower, upper, torque)

    def parameters(self) -> pd.DataFrame:
        """Point estimates without spread, so `sd` is empty and nothing is called identified."""
        return ForwardModel(self.arm, rate_hz=1.0, **self.settings["forward"]).scheme.table(self.personal)

    def history(self) -> pd.DataFrame:
        """Two rows: generic parameters (epoch 0) and calibrated ones (number of iterations)."""
        return self.losses[list(HISTORY)]

    def save(self, path: Path) -> None:
        model = {
            "method": "hybrid",
            "arm": describe_arm(self.arm),
            "personal": self.personal.tolist(),
            "torque_scale": self.torque_scale,
            "half_widths": self.half_widths.tolist(),
            "losses": self.losses.to_dict("list"),
            "settings": self.settings,
        }
        path.write_text(json.dumps(model, indent=1))


def mapped_excitation(trial: Trial, arm: Arm) -> np.ndarray:
    """Excitations (T, n_muscles) in 0..1: measured where observed, else the mean of the observed neighbours."""
    sources = [
        [name] if name in trial.envelopes else neighbours(name, trial.observed, arm) for name in arm.muscle_names
    ]
    return np.clip(np.column_stack([np.mean([trial.envelopes[n] for n in names], axis=0) for names in sources]), 0, 1)


def track(
    gain: np.ndarray, demand: np.ndarray, target: np.ndarray, weight: np.ndarray, *, torque_weight: float
) -> np.ndarray:
    """Activations (T, n_muscles) in 0..1 of the least torque_weight (gain . a - demand)^2 + sum weight (a - target)^2.

    gain, target (T, n_muscles); demand (T,); weight (n_muscles,), positive. With the torque error e = gain . a - demand
    the optimum is a = clip(target - torque_weight e gain / weight, 0, 1), and e is the one root of a falling function.
    """

    def at(error: np.ndarray) -> np.ndarray:
        return np.clip(target - torque_weight * error[:, None] * gain / weight, 0, 1)

    low = np.minimum(gain, 0).sum(axis=1) - demand
    high = np.maximum(gain, 0).sum(axis=1) - demand
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        above = (gain * at(middle)).sum(axis=1) - demand > middle  # the error at the optimum is larger
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return at(0.5 * (low + high))


def execute(
    trial: Trial, arm: Arm, personal: np.ndarray, torque_scale: float, settings: dict[str, Any]
) -> tuple[np.ndarray, np.ndarray]:
    """Envelopes (T, n_muscles) of the adjusted and synthesised activations, and their torque (T,) in N m.

    Tracking takes tendons as rigid. The shape of the activation dynamics is undone, their delay and filter are not: an
    envelope made from torque is late by them.
    """
    model = ForwardModel(arm, rate_hz=trial.rate_hz, **settings["forward"])
    values, motion = torch.tensor(personal), (torch.tensor(trial.angle), torch.tensor(trial.velocity))
    mapped = model.activation(torch.tensor(mapped_excitation(trial, arm)), values).numpy()
    terms = model.torque_terms(*motion, values)
    observed = np.isin(arm.muscle_names, trial.observed)
    hidden_target = {"rest": np.zeros_like(mapped), "mapped": mapped}[settings["hidden_target"]]
    activation = track(
        terms.gain.numpy() / torque_scale,
        (trial.torque - terms.passive.numpy()) / torque_scale,
        target=np.where(observed, mapped, hidden_target),
        weight=np.where(observed, settings["emg_weight"], settings["hidden_weight"]),
        torque_weight=settings["torque_weight"],
    )
    bend = model.scheme.read(values, "emg_nonlinearity").numpy()
    envelopes = np.log1p(activation * np.expm1(bend)) / bend
    return envelopes, model.torque(torch.tensor(activation), *motion, values).numpy()


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedHybrid:
    """Calibrate on all trials together, then execute them to learn the band; `seed` changes nothing here."""
    check_trials(trials, arm)
    torque_scale = root_mean_square_torque(trials)
    found = calibrate(trials, arm, [mapped_excitation(trial, arm) for trial in trials], settings)
    solutions = [execute(trial, arm, found.personal, torque_scale, settings)[0] for trial in trials]
    half_widths = observed_half_widths(trials, arm, solutions)
    return FittedHybrid(arm, found.personal, torque_scale, half_widths, found.losses, settings)


def load(path: Path) -> FittedHybrid:
    """Read what `save` wrote."""
    model = json.loads(path.read_text())
    return FittedHybrid(
        arm=restore_arm(model["arm"]),
        personal=np.array(model["personal"], dtype=float),
        torque_scale=model["torque_scale"],
        half_widths=np.array(model["half_widths"], dtype=float),
        losses=pd.DataFrame(model["losses"]),
        settings=model["settings"],
    )
