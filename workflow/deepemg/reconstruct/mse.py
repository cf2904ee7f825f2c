"""`mse`: muscle synergy extrapolation.

Non-negative matrix factorisation gives the synergy commands of the observed envelopes, E_M = C W. A hidden muscle is
e_U = C w_U with constant weights w_U >= 0, found so that the torque of all muscles meets inverse dynamics, with a
penalty on hidden activation (Bianco 2018; Ao 2020, 2022; for the elbow Tahmid 2024). Parameters are the generic ones.
"""

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
class FittedMse:
    """`synergies` (k, n_observed) of envelopes divided by `scale` (n_observed,); `weights` (k, n_hidden)."""

    arm: Arm
    observed: tuple[str, ...]
    hidden: tuple[str, ...]
    scale: np.ndarray
    synergies: np.ndarray
    weights: np.ndarray
    half_widths: np.ndarray
    vaf: float
    torque_loss: float
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        check_trials([trial], self.arm)
        commands = synergy_commands(trial, self.observed, self.scale, self.synergies)
        mean = assemble(self.arm, self.observed, trial, commands @ self.weights, self.hidden)
        lower, upper = band(mean, self.half_widths)
        generic = GenericArm(self.arm, rate_hz=trial.rate_hz, settings=self.settings)
        return Reconstruction(trial.time_s, self.arm.muscle_names, mean, lower, upper, generic.torque(trial, mean))

    def parameters(self) -> pd.DataFrame:
        return GenericArm(self.arm, rate_hz=1.0, settings=self.settings).parameters()

    def history(self) -> pd.DataFrame:
        """One row: 1 - VAF of the factorisation as EMG loss, mean square torque error (scaled) as torque loss."""
        row = (0, 1 - self.vaf + self.torque_loss, 1 - self.vaf, self.torque_loss, 0.0)
        return pd.DataFrame([row], columns=list(HISTORY))

    def save(self, path: Path) -> None:
        model = {
            "method": "mse",
            "arm": describe_arm(self.arm),
            "observed": self.observed,
            "hidden": self.hidden,
            "vaf": self.vaf,
            "torque_loss": self.torque_loss,
            "settings": self.settings,
        }
        arrays = ("scale", "synergies", "weights", "half_widths")
        path.write_text(json.dumps(model | {name: getattr(self, name).tolist() for name in arrays}, indent=1))


def synergy_commands(trial: Trial, observed: Sequence[str], scale: np.ndarray, synergies: np.ndarray) -> np.ndarray:
    """Commands (T, k): non-negative least squares of the observed envelopes on fixed synergies, sample by sample."""
    from scipy.optimize import nnls

    envelopes = np.column_stack([trial.envelopes[name] for name in observed]) / scale
    return np.array([nnls(synergies.T, row)[0] for row in np.maximum(envelopes, 0)])


def assemble(arm: Arm, observed: Sequence[str], trial: Trial, extra: np.ndarray, hidden: Sequence[str]) -> np.ndarray:
    """Measured envelopes and extrapolated ones (T, n_hidden) in the order of the arm, inside 0..1."""
    columns = dict(trial.envelopes) | dict(zip(hidden, extra.T, strict=True))
    return np.clip(np.column_stack([columns[name] for name in arm.muscle_names]), 0, 1)


def factorise(envelopes: np.ndarray, *, n_synergies: int, restarts: int, seed: int) -> tuple[np.ndarray, float]:
    """Best of several NMF runs: synergies (k, n) whose rows add up to one, and the uncentred VAF; k <= n."""
    from sklearn.decomposition import NMF

    n_synergies = min(n_synergies, envelopes.shape[1])
    runs = []
    for restart in range(restarts):
        model = NMF(n_synergies, init="random", random_state=seed + restart, tol=1e-6, max_iter=2000)
        commands = model.fit_transform(envelopes)
        runs.append((float(np.sum((envelopes - commands @ model.components_) ** 2)), model.components_))
    error, synergies = min(runs, key=lambda run: run[0])
    total = synergies.sum(axis=1, keepdims=True)
    return synergies / np.where(total > 0, total, 1), 1 - error / float(np.sum(envelopes**2))


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedMse:
    """Factorise the observed envelopes of all trials together, then find the hidden weights from torque."""
    observed = check_trials(trials, arm)
    hidden = tuple(name for name in arm.muscle_names if name not in observed)
    pooled = np.maximum(np.vstack([trial.observed_matrix() for trial in trials]), 0)
    scale = np.maximum(pooled.max(axis=0), np.finfo(float).tiny)
    synergies, vaf = factorise(
        pooled / scale, n_synergies=settings["n_synergies"], restarts=settings["restarts"], seed=seed
    )
    commands = [synergy_commands(trial, observed, scale, synergies) for trial in trials]
    weights, torque_loss = _hidden_weights(trials, arm, observed, hidden, commands, settings)
    errors = pooled / scale - np.vstack(commands) @ synergies
    residuals = {name: errors[:, place] * scale[place] for place, name in enumerate(observed)}
    half_widths = residual_half_widths(residuals, arm)
    return FittedMse(arm, observed, hidden, scale, synergies, weights, half_widths, vaf, torque_loss, settings)


def _hidden_weights(
    trials: Sequence[Trial],
    arm: Arm,
    observed: Sequence[str],
    hidden: Sequence[str],
    commands: Sequence[np.ndarray],
    settings: dict[str, Any],
) -> tuple[np.ndarray, float]:
    """Weights (k, n_hidden) in 0..1/max(command) by bounded least squares on torque, and the scaled torque loss."""
    from scipy.optimize import least_squares

    size = (commands[0].shape[1], len(hidden))
    if not hidden:
        return np.zeros(size), 0.0
    generic = [GenericArm(arm, rate_hz=trial.rate_hz, settings=settings) for trial in trials]
    terms = [model.torque_terms(trial) for model, trial in zip(generic, trials, strict=True)]
    torque_scale = float(np.sqrt(np.mean(np.concatenate([trial.torque for trial in trials]) ** 2)))
    columns = [arm.muscle_names.index(name) for name in hidden]

    def errors(flat: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Scaled torque error (samples,) and weighted hidden activation (samples * n_hidden,)."""
        torque_errors, penalties = [], []
        for trial, command, model, term in zip(trials, commands, generic, terms, strict=True):
            activation = model.activation(assemble(arm, observed, trial, command @ flat.reshape(size), hidden))
            torque = (term.gain.numpy() * activation).sum(axis=1) + term.passive.numpy()
            torque_errors.append((torque - trial.torque) / torque_scale)
            penalties.append(np.sqrt(settings["activation_penalty"]) * activation[:, columns].ravel())
        return np.concatenate(torque_errors), np.concatenate(penalties)

    highest = 1 / max(float(np.max(np.vstack(commands))), np.finfo(float).tiny)
    start = np.full(size[0] * size[1], settings["start_weight"] * highest)

    def residuals(flat: np.ndarray) -> np.ndarray:
        return np.concatenate(errors(flat))

    solution = least_squares(residuals, start, bounds=(0, highest))
    return solution.x.reshape(size), float(np.mean(errors(solution.x)[0] ** 2))


def load(path: Path) -> FittedMse:
    """Read what `save` wrote."""
    model = json.loads(path.read_text())
    arrays = {name: np.array(model[name], dtype=float) for name in ("scale", "synergies", "weights", "half_widths")}
    return FittedMse(
        arm=restore_arm(model["arm"]),
        observed=tuple(model["observed"]),
        hidden=tuple(model["hidden"]),
        vaf=model["vaf"],
        torque_loss=model["torque_loss"],
        settings=model["settings"],
        **arrays,
    )
