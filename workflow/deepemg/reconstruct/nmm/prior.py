"""The trained prior applied to a subject: an ensemble of networks, each of which gives a joint Gaussian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.reconstruct.contract import Contraction, Trial
from deepemg.reconstruct.nmm.features import NominalArm, features, reference
from deepemg.reconstruct.nmm.network import PriorNetwork
from deepemg.reconstruct.nmm.observations import movement_windows, still_windows
from deepemg.reconstruct.nmm.posterior import LowRankGaussian


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

    def parameters(self) -> tuple[Tensor, Tensor]:
        """Mean and standard deviation (P,) on the scale of ParameterScale."""
        mean, sd = self.moments()
        return mean[self.reference.numel() :], sd[self.reference.numel() :]


class Prior:
    """An ensemble of trained networks and the nominal arm of their features."""

    def __init__(self, networks: Sequence[PriorNetwork]):
        self.networks = tuple(networks)
        self.arm = NominalArm()

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
