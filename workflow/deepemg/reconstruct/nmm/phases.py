"""Trials read with tokens that begin at every sample in turn, so that none is where an answer happens to be made."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import Tensor

from deepemg.reconstruct.nmm.density_estimator import SAMPLES
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian
from deepemg.reconstruct.nmm.observations import Observations
from deepemg.reconstruct.nmm.slots import SLOTS

PHASES = range(SAMPLES)


def in_phase(seen: Observations, phase: int) -> Observations:
    """As if every trial had begun `phase` samples earlier, held at its first; it is a token longer then."""
    if phase == 0:
        return seen
    first, last = seen.movements[:, :, :1], seen.movements[:, :, -1:]
    before, after = first.expand(-1, -1, phase, -1), last.expand(-1, -1, SAMPLES - phase, -1)
    return replace(
        seen,
        movements=torch.cat([before, seen.movements, after], dim=2),
        moving=torch.cat([seen.moving[..., :1], seen.moving], dim=2),
    )


def out_of_phase(posterior: LowRankGaussian, seen: Observations, phase: int) -> LowRankGaussian:
    """The posterior of the samples that there are, of one of `in_phase`."""
    _, trials, samples, _ = seen.movements.shape

    def own(values: Tensor) -> Tensor:
        of_samples, parameters = values.split([longer, values.shape[1] - longer], dim=1)
        by_sample = of_samples.unflatten(1, (trials, -1, len(SLOTS)))[:, :, phase : phase + samples]
        return torch.cat([by_sample.flatten(1, 3), parameters], dim=1)

    longer = trials * (samples + (SAMPLES if phase else 0)) * len(SLOTS)
    return LowRankGaussian(own(posterior.mean), own(posterior.log_sd), own(posterior.factors))
