"""A joint Gaussian over all hidden excitations of a subject and the personal parameters: diagonal and low rank."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class LowRankGaussian:
    """B subjects, N values: mean + sd * e + factors @ z with standard normal e (N,) and z (R,).

    mean, log_sd (B, N); factors (B, N, R). The same z moves all values of a subject, so level and parameters go
    together over time, muscles and trials. (torch.distributions has the same law, but marginalises nothing out.)
    """

    mean: Tensor
    log_sd: Tensor
    factors: Tensor

    def log_density(self, value: Tensor, counts: Tensor) -> Tensor:
        """Log density (B,) of values (B, N); only those where `counts` (B, N) is True, the others marginalised out.

        By the Woodbury identity: the R x R matrix I + U' D^-1 U is all that is inverted.
        """
        weight = counts.float()
        inverse = torch.exp(-2 * self.log_sd) * weight
        error = torch.where(counts, value - self.mean, 0.0)
        scaled = self.factors * inverse[..., None]
        inner = torch.eye(self.factors.shape[-1]).to(scaled) + self.factors.transpose(1, 2) @ scaled
        root = torch.linalg.cholesky(inner)
        projected = scaled.transpose(1, 2) @ error[..., None]
        solved = torch.linalg.solve_triangular(root, projected, upper=False)
        square = (error**2 * inverse).sum(-1) - solved.square().sum((1, 2))
        log_det = 2 * (self.log_sd * weight).sum(-1) + 2 * torch.log(root.diagonal(dim1=1, dim2=2)).sum(-1)
        return -0.5 * (square + log_det + math.log(2 * math.pi) * weight.sum(-1))

    def marginal_log_density(self, value: Tensor) -> Tensor:
        """Log density (B, N) of each value on its own."""
        sd = self.sd()
        return -0.5 * ((value - self.mean) / sd) ** 2 - torch.log(sd) - 0.5 * math.log(2 * math.pi)

    def sd(self) -> Tensor:
        """Marginal standard deviations (B, N)."""
        return torch.sqrt(torch.exp(2 * self.log_sd) + self.factors.square().sum(-1))


def mixture_moments(members: Sequence[LowRankGaussian]) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (B, N) of the mixture of several Gaussians, each alike."""
    means = torch.stack([member.mean for member in members])
    variances = torch.stack([member.sd() ** 2 for member in members])
    return means.mean(0), torch.sqrt(variances.mean(0) + means.var(0, correction=0))
