"""The trained prior applied to a subject: an ensemble of networks, each of which gives a joint Gaussian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.reconstruct.contract import Contraction, Trial
from deepemg.reconstruct.nmm.features import NominalArm, features, from_log_ratio, reference
from deepemg.reconstruct.nmm.network import PriorNetwork
from deepemg.reconstruct.nmm.observations import movement_windows, still_windows
from deepemg.reconstruct.nmm.posterior import LowRankGaussian
from deepemg.reconstruct.nmm.training import load


@dataclass(frozen=True)
class SubjectPosterior:
    """One Gaussian per network: log ratios (K, T, M) to `reference` (K, T, M), then the parameters."""

    members: tuple[LowRankGaussian, ...]
    reference: Tensor

    def moments(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (N,) of the mixture of the networks, each alike."""
        means = torch.stack([member.mean[0] for member in self.members])
        variances = torch.stack([member.sd()[0] ** 2 for member in self.members])
        return means.mean(0), torch.sqrt(variances.mean(0) + means.var(0, correction=0))

    def excitations(self, width: float = 1.645) -> tuple[Tensor, Tensor, Tensor]:
        """Predictive mean and band of `width` standard deviations, (K, T, M), as fractions of MVC."""
        count = self.reference.numel()
        mean, sd = (value[:count].view_as(self.reference) for value in self.moments())
        centre = from_log_ratio(mean + 0.5 * sd**2, self.reference)
        lower, upper = (from_log_ratio(mean + sign * width * sd, self.reference) for sign in (-1, 1))
        return centre, lower, upper

    def parameters(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (P,) on the scale of ParameterScale."""
        mean, sd = self.moments()
        return mean[self.reference.numel() :], sd[self.reference.numel() :]


class Prior:
    """An ensemble of trained networks and the nominal arm of their features."""

    def __init__(self, networks: Sequence[PriorNetwork]):
        self.networks = tuple(networks)
        self.arm = NominalArm()

    @classmethod
    def read(cls, paths: Sequence[Path]) -> Prior:
        return cls([load(path) for path in paths])

    def posterior(
        self,
        trials: Sequence[Trial],
        arm: Arm,
        *,
        mvc: bool,
        contractions: Sequence[Contraction] = (),
        torque: bool = True,
    ) -> SubjectPosterior:
        """Posterior of all trials of a subject together, with what its isometric contractions tell.

        Trials may differ in what they observe; `torque` says whether that of the trials may be read.
        """
        windows, moving = movement_windows(trials, arm, mvc=mvc, torque=torque)
        resting = still_windows(contractions or [Contraction("none", 0.0, None, {})], windows)
        present = torch.full((1, len(resting.angle[0])), bool(contractions))
        inputs = features(windows, self.arm), features(resting, self.arm), moving, present
        with torch.no_grad():
            members = tuple(network(*inputs, torch.arange(len(trials))) for network in self.networks)
        return SubjectPosterior(members, reference(windows)[0])
