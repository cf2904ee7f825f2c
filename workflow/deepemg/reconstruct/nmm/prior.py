"""The trained prior applied to a subject: an ensemble of networks, each of which gives a joint Gaussian."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.reconstruct.contract import Contraction, Trial
from deepemg.reconstruct.nmm.features import NominalArm
from deepemg.reconstruct.nmm.network import PriorNetwork
from deepemg.reconstruct.nmm.observations import observe
from deepemg.reconstruct.nmm.posterior import LowRankGaussian

OPEN = 0.0  # log sd of the log ratios before anything is read: a factor of e


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
        """Posterior of all trials of a subject together, as `observe` shows them."""
        seen = observe(trials, arm, self.arm, mvc=mvc, contractions=contractions, torque=torque)
        codes = torch.arange(len(trials))
        with torch.no_grad():
            members = tuple(
                network(seen.movements, seen.still, seen.moving, seen.present, codes) for network in self.networks
            )
        return SubjectPosterior(members, seen.reference)

    def unasked(self, trials: Sequence[Trial], arm: Arm, parameter_sd: Tensor, **about: Any) -> SubjectPosterior:
        """What is believed where no network is asked: muscles like their neighbours, parameters generic, all wide."""
        seen = observe(trials, arm, self.arm, **about)
        log_sd = torch.cat([torch.full((seen.reference.numel(),), OPEN), torch.log(parameter_sd)])[None]
        nothing = torch.zeros_like(log_sd)
        return SubjectPosterior((LowRankGaussian(nothing, log_sd, nothing[..., None]),), seen.reference)
