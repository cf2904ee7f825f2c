"""What figure 1 tells of a method's networks, from the code and from the weights themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from torch.nn import Module

from deepemg.joint.definition import Joint
from deepemg.joint.parameters import GLOBAL, parameter_scheme
from deepemg.reconstruct.nmm.amortised_posterior import load_weights
from deepemg.reconstruct.nmm.features import NAMES, mechanical
from deepemg.reconstruct.nmm.method import NMM
from deepemg.reconstruct.nmm.slots import SCHEME
from deepemg.reconstruct.paper_nmm.method import PaperNMM
from deepemg.settings import from_plain


@dataclass(frozen=True)
class Network:
    """Networks of one method: how many, sizes of the encoder, weights of one, and personal parameters behind them.

    `inputs` are the numbers that a sample has, `from_physics` how many of them a joint of generic parameters gives.
    """

    count: int
    layers: int
    heads: int
    width: int
    weights: int
    inputs: tuple[str, ...]
    from_physics: int
    of_muscles: int
    shared: int

    @property
    def parameters(self) -> int:
        """Personal parameters in all."""
        return self.of_muscles + self.shared


def _parameters(joint: Joint, scheme: str) -> dict[str, int]:
    muscles = parameter_scheme(joint, scheme).muscles
    return {"of_muscles": len(muscles) - muscles.count(GLOBAL), "shared": muscles.count(GLOBAL)}


def _weights(network: Module) -> int:
    return sum(values.numel() for values in network.parameters())


def paper_network(settings: Mapping[str, Any], joint: Joint) -> Network:
    """The network that `nmm-paper` trains for each subject of a joint, with these settings."""
    method = from_plain(PaperNMM, dict(settings))
    network = method.make_network(joint)
    sizes = method.layers, method.heads, method.width, _weights(network)
    return Network(1, *sizes, method.inputs, 0, **_parameters(joint, method.forward.scheme))


def our_network(settings: Mapping[str, Any], joint: Joint) -> Network:
    """The networks of the weights that `nmm` reads, with these settings, and the parameters of a joint."""
    method = from_plain(NMM, dict(settings))
    networks = load_weights(method.weights).members(method.networks).networks
    shape = networks[0].shape
    sizes = len(networks), shape.layers, shape.heads, shape.width, _weights(networks[0])
    return Network(*sizes, NAMES, int(mechanical().sum()), **_parameters(joint, SCHEME))


NETWORKS = {"nmm-paper": paper_network, "nmm": our_network}
