"""The method: settings, and what it is after its training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, ClassVar, Literal

import numpy as np
import pandas as pd
import torch
from pydantic import Field
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.band import band, observed_half_widths
from deepemg.reconstruct.contract import HISTORY, Fitted, Method, Reconstruction, check_recording, check_trial
from deepemg.reconstruct.paper_nmm.network import EnvelopeNetwork, NetworkSettings, Standardisation
from deepemg.reconstruct.paper_nmm.optimise import Schedule, optimise
from deepemg.reconstruct.paper_nmm.windows import cut, join, window_starts
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial


@settings_dataclass
class PaperNMM(NetworkSettings, Schedule, Method):
    """Transformer and training. The paper's text was not available: all values are ours, tuned on development seeds."""

    name: ClassVar[str] = "nmm-paper"
    inputs: tuple[Literal["angle", "velocity", "load"], ...] = Field(
        default=("angle", "velocity", "load"),
        min_length=1,
        description="What the network sees; the paper's inputs are all three.",
    )
    forward: ForwardSettings = Field(
        default=ForwardSettings(), description="The musculoskeletal model behind the network."
    )

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedPaperNMM:
        """Train network and parameters together; the same seed gives the same weights on one machine.

        Raises ValueError where a trial is no longer than the warm-up of the torque loss.
        """
        check_recording(recording)
        for trial in recording.trials:
            if np.ptp(trial.time_s) <= self.warm_up_s:
                raise ValueError(
                    f"trial {trial.name} lasts {np.ptp(trial.time_s):.2g} s; expected > {self.warm_up_s:g}"
                )
        torch.manual_seed(seed)
        torch.use_deterministic_algorithms(True)
        joint, trials = recording.joint, recording.trials
        seen = [motion_inputs(trial, self.inputs) for trial in trials]
        standardisation = Standardisation.of(torch.cat(seen))
        network = self.make_network(joint)
        physics = self.make_physics(joint, trials[0].rate_hz)
        found = optimise(network, physics, trials, [standardisation(values) for values in seen], self, self)
        no_band = np.full(len(joint.muscles), np.nan)
        fitted = FittedPaperNMM(self, joint, network, standardisation, found.personal, no_band, found.losses)
        means = [fitted.reconstruct(trial).mean for trial in trials]
        half_widths = observed_half_widths(recording, means)
        return FittedPaperNMM(self, joint, network, standardisation, found.personal, half_widths, found.losses)

    def make_network(self, joint: Joint) -> EnvelopeNetwork:
        """An untrained network for a joint."""
        return EnvelopeNetwork(n_inputs=len(self.inputs), n_muscles=len(joint.muscles), settings=self)

    def make_physics(self, joint: Joint, rate_hz: float) -> ForwardModel:
        """The musculoskeletal model behind the network."""
        return ForwardModel(joint, rate_hz=rate_hz, settings=self.forward, dtype=torch.float32)

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedPaperNMM:
        """What `state` gave."""
        network = self.make_network(joint)
        network.load_state_dict(state["network"])
        return FittedPaperNMM(
            method=self,
            joint=joint,
            network=network,
            standardisation=Standardisation(**state["standardisation"]),
            personal=state["personal"].numpy(),
            half_widths=state["half_widths"].numpy(),
            losses=pd.DataFrame(state["losses"]),
        )


def motion_inputs(trial: Trial, names: Sequence[str]) -> Tensor:
    """What the network sees (T, n_inputs); the paper's are angle (rad), velocity (rad/s) and hand load (kg)."""
    inputs = {"angle": trial.angle, "velocity": trial.velocity, "load": np.full(len(trial.time_s), trial.load_kg)}
    return torch.tensor(np.column_stack([inputs[name] for name in names]), dtype=torch.float32)


@dataclass(frozen=True, eq=False, repr=False)
class FittedPaperNMM(Fitted):
    """Network weights and personal parameters (n_parameters,) after training; `losses` has a row per epoch."""

    method: PaperNMM
    joint: Joint
    network: EnvelopeNetwork
    standardisation: Standardisation
    personal: np.ndarray
    half_widths: np.ndarray
    losses: pd.DataFrame

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """All muscles, observed ones too, out of motion and load; EMG and torque of the trial are not read."""
        check_trial(trial, self.joint)
        inputs = self.standardisation(motion_inputs(trial, self.method.inputs))
        physics = self.method.make_physics(self.joint, trial.rate_hz)
        width = min(self.method.window_samples, len(inputs))
        starts = window_starts(len(inputs), width, self.method.stride_samples)
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
        torques = torque.double().numpy()
        return Reconstruction(trial.name, trial.time_s, self.joint.muscle_names, mean, lower, upper, torques)

    def parameters(self) -> pd.DataFrame:
        """Point estimates: the paper's method gives no spread, so `sd` is empty and nothing is called identified."""
        return parameter_scheme(self.joint, self.method.forward.scheme).table(self.personal)

    def history(self) -> pd.DataFrame:
        """Loss and its terms by epoch."""
        return self.losses[list(HISTORY)]

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        return {
            "network": self.network.state_dict(),
            "standardisation": asdict(self.standardisation),
            "personal": torch.from_numpy(self.personal),
            "half_widths": torch.from_numpy(self.half_widths),
            "losses": self.losses.to_dict("list"),
        }
