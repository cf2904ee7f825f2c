"""Train one member of the prior: `python -m deepemg.reconstruct.nmm.training --seed 1 --out weights.pt`."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from tqdm import tqdm

from deepemg.files import written_aside
from deepemg.reconstruct.nmm.examples import Examples, make_examples
from deepemg.reconstruct.nmm.features import NominalArm
from deepemg.reconstruct.nmm.network import MOST_TRIALS, PriorNetwork, Shape
from deepemg.reconstruct.nmm.scales import ParameterScale
from deepemg.reconstruct.nmm.virtual.draws import Draws, read_assumptions

CHUNK, BATCH = 256, 32  # subjects simulated together, and of one step
PEAK_RATE, WARM_UP, WEIGHT_DECAY, CLIP = 2e-3, 100, 1e-2, 1.0
SAVE_EVERY = 20  # chunks
PARAMETER_WEIGHT, JOINT_WEIGHT = 0.1, 0.25  # to the excitations' own log density
LAYOUTS = ((3, 96), (4, 96), (3, 128), (2, 160), (1, 200), (5, 80), (4, 200))  # trials, samples
LAYOUT_SHARES = (0.2, 0.2, 0.2, 0.12, 0.08, 0.1, 0.1)


def loss(network: PriorNetwork, examples: Examples, codes: Tensor) -> Tensor:
    """Negative log density of the subjects (B,): each value's own, and all of them jointly.

    Both are proper scores of the same Gaussian. Jointly, the level of a whole trial is one value among hundreds and is
    learnt too slowly; on their own, values say nothing of how they go together.
    """
    e = examples
    posterior = network(e.movements, e.still, e.moving, e.present, codes)
    own = posterior.marginal_log_density(e.target)
    parameter = torch.arange(e.counts.shape[1]) >= e.counts.shape[1] - network.shape.n_parameters
    score = (
        _mean(own, e.counts & ~parameter)
        + PARAMETER_WEIGHT * _mean(own, e.counts & parameter)
        + JOINT_WEIGHT * posterior.log_density(e.target, e.counts) / e.counts.sum(-1)
    )
    return -score


def _mean(values: Tensor, counts: Tensor) -> Tensor:
    return (values * counts).sum(-1) / counts.sum(-1).clamp(min=1)


def _learning_rate(step: int, steps: int) -> float:
    """Linear warm-up, then a cosine down to a hundredth of the peak."""
    return PEAK_RATE * min(1.0, (step + 1) / WARM_UP) * (0.505 + 0.495 * math.cos(math.pi * step / steps))


def train(seed: int, out: Path, chunks: int, shape: Shape, spread: dict[str, Any]) -> PriorNetwork:
    """Each chunk holds new virtual subjects; a run that was killed goes on from its last checkpoint."""
    torch.manual_seed(seed)
    network, arm = PriorNetwork(shape), NominalArm()
    optimiser = torch.optim.AdamW(network.parameters(), lr=PEAK_RATE, weight_decay=WEIGHT_DECAY)
    steps = chunks * (CHUNK // BATCH)
    checkpoint, first, history = out.with_suffix(".checkpoint"), 0, []
    if checkpoint.exists():
        state = torch.load(checkpoint, weights_only=True)
        network.load_state_dict(state["network"])
        optimiser.load_state_dict(state["optimiser"])
        first, history = state["chunk"], state["history"]
    progress = tqdm(
        range(first, chunks), initial=first, total=chunks, desc=f"prior {seed}", unit="chunk", mininterval=5
    )
    for chunk in progress:
        draws = Draws(1_000_003 * seed + chunk)
        pick = int(torch.multinomial(torch.tensor(LAYOUT_SHARES), 1, generator=draws.generator))
        examples = make_examples(draws, CHUNK, *LAYOUTS[pick], spread, arm)
        total = 0.0
        for start in range(0, CHUNK, BATCH):
            codes = torch.randperm(MOST_TRIALS, generator=draws.generator)[: examples.movements.shape[1]]
            value = loss(network, examples.rows(slice(start, start + BATCH)), codes).mean()
            optimiser.param_groups[0]["lr"] = _learning_rate(chunk * (CHUNK // BATCH) + start // BATCH, steps)
            optimiser.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), CLIP)
            optimiser.step()
            total += value.item() * BATCH / CHUNK
        history.append(total)
        progress.set_postfix(loss=f"{sum(history[-20:]) / len(history[-20:]):.3f}")
        if (chunk + 1) % SAVE_EVERY == 0 and chunk + 1 < chunks:
            with written_aside(checkpoint) as path:
                torch.save(
                    {
                        "network": network.state_dict(),
                        "optimiser": optimiser.state_dict(),
                        "chunk": chunk + 1,
                        "history": history,
                    },
                    path,
                )
    save(network, out, history)
    checkpoint.unlink(missing_ok=True)
    return network


def save(network: PriorNetwork, out: Path, history: list[float]) -> None:
    """Weights, sizes and losses, as plain data and tensors."""
    with written_aside(out) as path:
        torch.save({"shape": asdict(network.shape), "network": network.state_dict(), "history": history}, path)


def load(path: Path) -> PriorNetwork:
    """A trained network, ready to use."""
    model = torch.load(path, weights_only=True)
    network = PriorNetwork(Shape(**model["shape"]))
    network.load_state_dict(model["network"])
    return network.eval()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--chunks", type=int, default=300, help=f"of {CHUNK} virtual subjects each")
    arguments = parser.parse_args()
    sizes = Shape(n_parameters=len(ParameterScale().scheme))
    train(arguments.seed, arguments.out, arguments.chunks, sizes, read_assumptions())
