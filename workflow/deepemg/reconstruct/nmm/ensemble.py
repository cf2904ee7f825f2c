"""The trained prior as one file: the networks, what they were trained to expect, and how wide their bands must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepemg.files import written_aside
from deepemg.reconstruct.nmm.network import PriorNetwork, Shape
from deepemg.reconstruct.nmm.prior import Prior


@dataclass(frozen=True)
class Ensemble:
    """`prior_sd` (P,) is the spread of the parameters over virtual subjects, on the scale of ParameterScale.

    `band_scale` widens the standard deviations of hidden muscles, by action (audit/band_scale.py).
    """

    networks: tuple[PriorNetwork, ...]
    prior_sd: Tensor
    band_scale: dict[str, float]

    def prior(self, chosen: Sequence[int] = ()) -> Prior:
        """All networks, or those of the given numbers, from 1."""
        return Prior([self.networks[number - 1] for number in chosen] or self.networks)

    def state(self) -> dict[str, Any]:
        """Plain data and tensors."""
        networks = [{"shape": asdict(network.shape), "network": network.state_dict()} for network in self.networks]
        return {"networks": networks, "prior_sd": self.prior_sd, "band_scale": self.band_scale}

    def save(self, path: Path) -> None:
        with written_aside(path) as aside:
            torch.save(self.state(), aside)


def from_state(state: dict[str, Any]) -> Ensemble:
    """An ensemble of what `state` gave."""
    networks = []
    for entry in state["networks"]:
        network = PriorNetwork(Shape(**entry["shape"]))
        network.load_state_dict(entry["network"])
        networks.append(network.eval())
    return Ensemble(tuple(networks), state["prior_sd"], state["band_scale"])


def read_ensemble(path: str | Path) -> Ensemble:
    """Read what `save` wrote; nothing but plain data and tensors is unpickled."""
    return from_state(torch.load(path, weights_only=True))
