"""A trained neural musculoskeletal model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.arm.forward import ForwardModel
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.band import band
from deepemg.reconstruct.contract import HISTORY, Reconstruction, Trial, check_trials
from deepemg.reconstruct.nmm_paper.network import EnvelopeNetwork, Standardisation
from deepemg.reconstruct.nmm_paper.windows import cut, join, window_starts


def motion_inputs(trial: Trial, names: Sequence[str]) -> Tensor:
    """What the network sees (T, n_inputs); the paper's are angle (rad), velocity (rad/s) and hand load (kg)."""
    inputs = {"angle": trial.angle, "velocity": trial.velocity, "load": np.full(len(trial.time_s), trial.load_kg)}
    return torch.tensor(np.column_stack([inputs[name] for name in names]), dtype=torch.float32)


def make_network(arm: Arm, settings: dict[str, Any]) -> EnvelopeNetwork:
    """An untrained network for an arm."""
    return EnvelopeNetwork(
        n_inputs=len(settings["inputs"]),
        n_muscles=len(arm.muscles),
        encoder=settings["encoder"],
        width=settings["width"],
        heads=settings["heads"],
        layers=settings["layers"],
        longest=settings["window_samples"],
        token_stride=settings["token_stride"],
        start_level=settings["start_level"],
    )


def make_physics(arm: Arm, rate_hz: float, settings: dict[str, Any]) -> ForwardModel:
    """The musculoskeletal model behind the network."""
    return ForwardModel(arm, rate_hz=rate_hz, dtype=torch.float32, **settings["forward"])


@dataclass(frozen=True)
class FittedNmm:
    """Network weights and personal parameters (n_parameters,) after training; `history` is the loss by epoch."""

    arm: Arm
    network: EnvelopeNetwork
    standardisation: Standardisation
    personal: np.ndarray
    half_widths: np.ndarray
    losses: pd.DataFrame
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        check_trials([trial], self.arm)
        inputs = self.standardisation(motion_inputs(trial, self.settings["inputs"]))
        physics = make_physics(self.arm, trial.rate_hz, self.settings)
        width = min(self.settings["window_samples"], len(inputs))
        starts = window_starts(len(inputs), width, self.settings["stride_samples"])
        self.network.eval()
        with torch.no_grad():
            envelopes = join(self.network(cut(inputs, starts, width)), starts, len(inputs))
            torque = physics(
                envelopes,
                torch.tensor(trial.angle, dtype=torch.float32),
                torch.tensor(trial.velocity, dtype=torch.float32),
                torch.tensor(self.personal, dtype=torch.float32),
            )
        mean = envelopes.double().numpy()
        lower, upper = band(mean, self.half_widths)
        return Reconstruction(trial.time_s, self.arm.muscle_names, mean, lower, upper, torque.double().numpy())

    def parameters(self) -> pd.DataFrame:
        """Point estimates: the paper's method gives no spread, so `sd` is empty and nothing is called identified."""
        scheme = make_physics(self.arm, 1.0, self.settings).scheme
        return scheme.table(self.personal)

    def history(self) -> pd.DataFrame:
        return self.losses[list(HISTORY)]

    def save(self, path: Path) -> None:
        torch.save(
            {
                "method": "nmm-paper",
                "arm": describe_arm(self.arm),
                "network": self.network.state_dict(),
                "standardisation": asdict(self.standardisation),
                "personal": self.personal.tolist(),
                "half_widths": self.half_widths.tolist(),
                "losses": self.losses.to_dict("list"),
                "settings": self.settings,
            },
            path,
        )


def load(path: Path) -> FittedNmm:
    """Read what `save` wrote; nothing but plain data and tensors is unpickled."""
    model = torch.load(path, weights_only=True)
    arm = restore_arm(model["arm"])
    network = make_network(arm, model["settings"])
    network.load_state_dict(model["network"])
    return FittedNmm(
        arm=arm,
        network=network,
        standardisation=Standardisation(**model["standardisation"]),
        personal=np.array(model["personal"]),
        half_widths=np.array(model["half_widths"]),
        losses=pd.DataFrame(model["losses"]),
        settings=model["settings"],
    )
