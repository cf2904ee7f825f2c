"""What virtual subjects do: anything, or what labs record; each is a change of the assumptions."""

from __future__ import annotations

from typing import Any

import torch

from deepemg.pretrain.virtual.draws import Assumptions, Draws


def draw_protocol(draws: Draws, protocols: list[dict[str, Any]]) -> dict[str, Any]:
    """One of the protocols of training.yaml, each by its share."""
    shares = torch.tensor([float(protocol["share"]) for protocol in protocols])
    return protocols[int(torch.multinomial(shares, 1, generator=draws.generator))]


def changed(assumptions: Assumptions, changes: dict[str, dict[str, Any]]) -> Assumptions:
    """Assumptions with some entries of some blocks replaced. Raises KeyError for an entry that there is not."""
    result = dict(assumptions)
    for block, entries in changes.items():
        for name in entries:
            if name not in assumptions[block]:
                raise KeyError(f"assumptions.yaml has no {block}: {name}")
        result[block] = assumptions[block] | entries
    return result
