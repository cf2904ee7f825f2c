"""The trained posterior estimator: networks that give, for any subject at once, what the recordings tell of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cached_property
from importlib.resources import files
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepemg.reconstruct.nmm.density_estimator import DensityEstimator, Shape
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian, mixture_moments
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.observations import observe
from deepemg.reconstruct.nmm.phases import PHASES, in_phase, out_of_phase
from deepemg.reconstruct.nmm.slots import FLEXOR
from deepemg.reconstruct.nmm.trained_with import TrainedWith
from deepemg.reconstruct.tensor_file import read_tensors, write_tensors
from deepemg.reconstruct.trained_weights import check_against_pointer
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.signals.recording import Recording

OPEN = 0.0  # log sd of the log ratios before anything is read: a factor of e
WEIGHTS = "the weights of nmm, of this version of deepemg"
RELEASED = "resources/nmm.pt"  # inside the package


@dataclass(frozen=True)
class SubjectPosterior:
    """One Gaussian per network and phase: log ratios (K, T, M) to `neighbour_level` (K, T, M), then the parameters."""

    members: tuple[LowRankGaussian, ...]
    neighbour_level: Tensor

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (N,) of the mixture of networks and phases, each alike."""
        mean, sd = mixture_moments(self.members)
        return mean[0], sd[0]

    def parameters(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (P,) on the scale of ParameterScale."""
        mean, sd = self.moments()
        return mean[self.neighbour_level.numel() :], sd[self.neighbour_level.numel() :]


@dataclass(frozen=True)
class AmortisedPosterior:
    """Trained networks, and what belongs to them.

    `prior_sd` (P,) is the spread of the parameters over virtual subjects, on the scale of ParameterScale; `band_scale`
    widens the standard deviations of hidden muscles, by action (pretrain/band_scale.py), `contrast` their course around
    its middle (pretrain/contrast.py); `trained_with` says which recordings the networks can read.
    """

    networks: tuple[DensityEstimator, ...]
    prior_sd: Tensor
    band_scale: dict[str, float]
    trained_with: TrainedWith
    contrast: dict[str, float] = field(default_factory=lambda: {"flexor": 1.0, "extensor": 1.0})

    @cached_property
    def nominal(self) -> NominalJoint:
        """The nominal joint of the features."""
        return NominalJoint()

    def members(self, chosen: Sequence[int]) -> AmortisedPosterior:
        """The same with the networks of these numbers, from 1; with all where none is named.

        Raises ValueError where there is no such network.
        """
        if any(not 1 <= number <= len(self.networks) for number in chosen):
            raise ValueError(f"networks: found {list(chosen)}; expected numbers from 1 to {len(self.networks)}")
        networks = tuple(self.networks[number - 1] for number in chosen) or self.networks
        return replace(self, networks=networks)

    def scale_of_slots(self) -> Tensor:
        """Factor (M,) of the standard deviations of hidden muscles."""
        return _by_slot(self.band_scale)

    def contrast_of_slots(self) -> Tensor:
        """Factor (M,) of the course of hidden muscles."""
        return _by_slot(self.contrast)

    def infer(self, recording: Recording, *, torque: bool = True) -> SubjectPosterior:
        """Posterior of all trials of a subject together; `torque` says whether that of the trials may be read.

        Raises RecordingError where the networks give no numbers.
        """
        seen = observe(recording, self.nominal, torque=torque)
        codes, members = torch.arange(len(recording.trials)), []
        for phase in PHASES:
            some = in_phase(seen, phase)
            inputs = some.movements, some.still, some.moving, some.present, codes
            with torch.no_grad():
                members += [out_of_phase(network(*inputs), seen, phase) for network in self.networks]
        if not all(torch.isfinite(values).all() for member in members for values in (member.mean, member.log_sd)):
            found, fix = "values that are not finite in the posterior", "fetch the weights anew, or train them again"
            raise RecordingError([Problem("DE-131", "weights of nmm", found, "a number for every sample", fix)])
        return SubjectPosterior(tuple(members), seen.neighbour_level)

    def prior(self, recording: Recording) -> SubjectPosterior:
        """What is known without any network: muscles like their neighbours, parameters generic, all of it wide."""
        neighbour_level = observe(recording, self.nominal).neighbour_level
        log_sd = torch.cat([torch.full((neighbour_level.numel(),), OPEN), torch.log(self.prior_sd)])[None]
        nothing = torch.zeros_like(log_sd)
        return SubjectPosterior((LowRankGaussian(nothing, log_sd, nothing[..., None]),), neighbour_level)

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        return {
            "networks": [{"shape": asdict(n.shape), "network": n.state_dict()} for n in self.networks],
            "prior_sd": self.prior_sd,
            "band_scale": self.band_scale,
            "contrast": self.contrast,
            "trained_with": self.trained_with.state(),
        }

    def save(self, path: str | Path) -> None:
        """Write the weights file that `load_weights` reads."""
        write_tensors(path, self.state())


def restore_posterior(state: dict[str, Any]) -> AmortisedPosterior:
    """What `AmortisedPosterior.state` gave. Raises ValueError where this version cannot read it."""
    trained_with = TrainedWith.restore(state["trained_with"])
    networks = []
    for entry in state["networks"]:
        network = DensityEstimator(Shape(**entry["shape"]))
        network.load_state_dict(entry["network"])
        networks.append(network.eval())
    return AmortisedPosterior(tuple(networks), state["prior_sd"], state["band_scale"], trained_with, state["contrast"])


def _by_slot(by_action: dict[str, float]) -> Tensor:
    return torch.tensor([by_action["flexor" if flexor else "extensor"] for flexor in FLEXOR])


def weights_file(path: str | Path | None = None) -> Path:
    """The weights file that a setting means: by default the released one, which came with the package."""
    return Path(path) if path else Path(str(files("deepemg"))) / RELEASED


def load_weights(path: str | Path | None = None) -> AmortisedPosterior:
    """Read a weights file, by default the released one that came with the package; nothing in it is executed.

    Raises FileNotFoundError, with the way to get them, where the released weights did not come along, and ValueError
    where the file is none of this version, or (DE-130) not the one whose digest stands in <file>.dvc.
    """
    file = weights_file(path)
    if not file.exists():
        raise FileNotFoundError(
            f"DE-093 {file}: no such file; expected trained weights. Fix: in a clone of the project, dvc pull "
            f"{RELEASED}.dvc; or name a file (weights), or train them (deepemg train)."
        )
    check_against_pointer(file)
    state = read_tensors(file, WEIGHTS)
    try:
        return restore_posterior(state)
    except (LookupError, TypeError, RuntimeError) as error:  # other files, other versions
        raise ValueError(f"{file}: found {', '.join(state)}; expected {WEIGHTS}") from error
