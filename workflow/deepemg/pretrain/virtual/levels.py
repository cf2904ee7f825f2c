"""What an envelope of 1 means: the MVC trials, or, where there are none, the largest window of the movement trials."""

from __future__ import annotations

import torch
from torch import Tensor

from deepemg.pretrain.virtual.draws import Assumptions, Draws
from deepemg.pretrain.virtual.emg import VirtualElectrodes, amplitudes, maximal_contractions, recorded
from deepemg.signals.settings import EnvelopeSettings

WINDOW_S = EnvelopeSettings().mvc_window_s


def mvc_levels(
    draws: Draws, electrodes: VirtualElectrodes, action: Tensor, assumptions: Assumptions
) -> tuple[Tensor, Tensor]:
    """Amplitudes of the channels and excitations of the muscles that the MVC trials reach, both (B, M).

    The largest of several windows counts, so a fluctuating amplitude reaches more than its mean over the plateau.
    """
    spread, shape = assumptions["mvc"], electrodes.effort.shape
    contractions = maximal_contractions(draws, electrodes, action, spread)
    plateau = recorded(electrodes, amplitudes(electrodes, contractions)).amax(1)
    independent = WINDOW_S / (assumptions["emg"]["noise_time"] * (2 * torch.pi) ** 0.5)  # fluctuations in a window
    fluctuation = torch.sqrt(electrodes.wander**2 + electrodes.noise**2 / independent)
    observed = plateau * (1 + draws.of(spread["highest"], *shape) * fluctuation)
    return observed, contractions.amax(1) * draws.of(spread["true_window"], *shape)


def movement_levels(signal: Tensor, rate: float) -> Tensor:
    """Largest window (B, M) of signals (B, K, T, M)."""
    width = max(1, min(round(WINDOW_S * rate), signal.shape[2]))
    sums = torch.cumsum(torch.nn.functional.pad(signal, (0, 0, 1, 0)), dim=2)
    return ((sums[:, :, width:] - sums[:, :, :-width]) / width).amax((1, 2)).clamp(min=1e-3)
