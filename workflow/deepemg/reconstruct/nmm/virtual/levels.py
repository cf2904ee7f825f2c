"""What an envelope of 1 means: the MVC trials, or, where there are none, the largest window of the movement trials."""

from __future__ import annotations

import torch
from torch import Tensor

from deepemg.reconstruct.nmm.virtual.draws import Assumptions, Draws
from deepemg.reconstruct.nmm.virtual.emg import Electrodes, amplitudes, maximal_contractions, recorded

WINDOW_S = 0.5  # as in the study


def mvc_levels(draws: Draws, electrodes: Electrodes, action: Tensor, assumptions: Assumptions) -> tuple[Tensor, Tensor]:
    """Amplitudes of the channels and excitations of the muscles that the MVC trials reach, both (B, M)."""
    spread, shape = assumptions["mvc"], electrodes.effort.shape
    contractions = maximal_contractions(draws, electrodes, action, spread)
    observed = recorded(electrodes, amplitudes(electrodes, contractions)).amax(1) * draws.of(spread["window"], *shape)
    return observed, contractions.amax(1) * draws.of(spread["true_window"], *shape)


def movement_levels(signal: Tensor, rate: float) -> Tensor:
    """Largest window (B, M) of signals (B, K, T, M)."""
    width = max(1, min(round(WINDOW_S * rate), signal.shape[2]))
    sums = torch.cumsum(torch.nn.functional.pad(signal, (0, 0, 1, 0)), dim=2)
    return ((sums[:, :, width:] - sums[:, :, :-width]) / width).amax((1, 2)).clamp(min=1e-3)
