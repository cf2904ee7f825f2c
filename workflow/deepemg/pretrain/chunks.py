"""Chunks of new virtual subjects for the training, made by another process while the network learns from the last."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from typing import Any

import torch

from deepemg.child_processes import process_pool
from deepemg.pretrain.examples import Examples, make_examples
from deepemg.pretrain.protocols import changed, draw_protocol
from deepemg.pretrain.virtual.draws import Assumptions, Draws
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint

LARGE = 1_000_003  # so that no two chunks of two seeds share their numbers
AHEAD = 2  # chunks made before they are asked for


def make_chunk(number: int, seed: int, settings: dict[str, Any], assumptions: Assumptions) -> tuple[Examples, Draws]:
    """The subjects of one chunk, and its random numbers: the same whatever was trained before.

    A chunk has one protocol, one layout and one set of curves, each by its share.
    """
    draws = Draws(LARGE * seed + number)
    protocol = draw_protocol(draws, settings["protocols"])
    layouts = protocol["layouts"]
    shares = torch.tensor([share for *_, share in layouts])
    trials, samples, _ = layouts[int(torch.multinomial(shares, 1, generator=draws.generator))]
    examples = make_examples(
        draws,
        settings["training"]["chunk"],
        trials,
        samples,
        assumptions=changed(assumptions, protocol["assumptions"]),
        masks=settings["masks"] | protocol["masks"],
        nominal=NominalJoint(),
    )
    return examples, draws


def chunks(
    first: int, last: int, seed: int, settings: dict[str, Any], assumptions: Assumptions
) -> Iterator[tuple[Examples, Draws]]:
    """Chunks `first` to before `last`, in order."""
    if not settings["training"]["beside"]:
        yield from (make_chunk(number, seed, settings, assumptions) for number in range(first, last))
        return
    with process_pool(1, torch.set_num_threads, 1) as pool:
        waiting: list[Future[tuple[Examples, torch.Tensor]]] = []
        for number in range(first, last + AHEAD):
            if number < last:
                waiting.append(pool.submit(_made, number, seed, settings, assumptions))
            if number >= first + AHEAD:
                examples, state = waiting.pop(0).result()
                draws = Draws(0)
                draws.generator.set_state(state)
                yield examples, draws


def _made(number: int, seed: int, settings: dict[str, Any], assumptions: Assumptions) -> tuple[Examples, torch.Tensor]:
    """A chunk with the state of its random numbers, which can go from process to process."""
    examples, draws = make_chunk(number, seed, settings, assumptions)
    return examples, draws.generator.get_state()
