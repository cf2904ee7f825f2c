"""What is observed of a training subject: any subset of channels and torques, most often what electrodes can reach."""

from __future__ import annotations

import torch
from torch import Tensor

from deepemg.pretrain.virtual.draws import Draws
from deepemg.reconstruct.nmm.slots import DEEP


def draw_masks(draws: Draws, in_model: Tensor, trials: int, shares: dict[str, float]) -> tuple[Tensor, Tensor]:
    """observed (B, K, M) and torque_known (B, K) of subjects whose models have the muscles `in_model` (B, M).

    All trials of a subject have the same channels, but in some subjects one trial has none (motion and load alone),
    and in some it alone lacks what all others have (a muscle that was recorded once, and not since).
    """
    count, muscles = in_model.shape
    any_subset = draws.chance(shares["kept"], count, muscles)
    any_subset[torch.arange(count), torch.multinomial(in_model.float(), 1, generator=draws.generator)[:, 0]] = True
    choice = draws.uniform(count, 1)
    observed = torch.where(choice < shares["deep"], ~DEEP, any_subset) & (choice < 1 - shares["none"])
    one = torch.randint(trials, (count, 1), generator=draws.generator)
    last = torch.arange(trials) == one
    no_emg = draws.chance(shares["trial_without_emg"], count, 1) & last
    given = draws.chance(shares["given_elsewhere"], count, 1) & ~last
    observed = (observed[:, None] | given[..., None]) & in_model[:, None] & ~no_emg[..., None]
    return observed, ~draws.chance(shares["torque_unknown"], count, 1).expand(count, trials)
