"""Train one density estimator on virtual subjects, each of them seen once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor
from tqdm import tqdm

from deepemg.pretrain.examples import Examples, make_examples
from deepemg.pretrain.virtual.draws import Assumptions, Draws
from deepemg.reconstruct.nmm.density_estimator import MOST_TRIALS, DensityEstimator, Shape
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.tensor_file import read_tensors, write_tensors

Settings = dict[str, Any]
Batch = tuple[Examples, Tensor]
NETWORK = "a network of deepemg train network"
LARGE = 1_000_003  # so that no two chunks of two seeds share their numbers


def read_settings() -> Settings:
    """Network, masks and training, as in training.yaml."""
    return dict(yaml.safe_load((Path(__file__).parent / "training.yaml").read_text()))


def loss(network: DensityEstimator, examples: Examples, codes: Tensor, settings: Settings) -> Tensor:
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
        + settings["parameter_weight"] * _mean(own, e.counts & parameter)
        + settings["joint_weight"] * posterior.log_density(e.target, e.counts) / e.counts.sum(-1)
    )
    return -score


def _mean(values: Tensor, counts: Tensor) -> Tensor:
    return (values * counts).sum(-1) / counts.sum(-1).clamp(min=1)


def _optimisers(network: DensityEstimator, settings: Settings) -> list[torch.optim.Optimizer]:
    """Muon (Jordan et al. 2024) for the matrices inside the transformer, AdamW for all else."""
    inner = [value for value in network.encoder.parameters() if value.dim() == 2]
    others = [value for value in network.parameters() if all(value is not matrix for matrix in inner)]
    decay = settings["weight_decay"]
    return [
        torch.optim.Muon(inner, lr=settings["matrix_rate"], weight_decay=decay, adjust_lr_fn="match_rms_adamw"),
        torch.optim.AdamW(others, lr=settings["peak_rate"], weight_decay=decay),
    ]


def _rate(step: int, steps: int, warm_up: int) -> float:
    """Share of the peak learning rate: linear warm-up, then a cosine down to a hundredth."""
    return min(1.0, (step + 1) / warm_up) * (0.505 + 0.495 * math.cos(math.pi * step / steps))


def _chunk(
    number: int, seed: int, settings: Settings, assumptions: Assumptions, nominal: NominalJoint
) -> Iterator[Batch]:
    """Batches of new subjects: the same numbers give the same subjects, whatever was trained before."""
    size, batch = settings["training"]["chunk"], settings["training"]["batch"]
    draws, layouts = Draws(LARGE * seed + number), settings["training"]["layouts"]
    shares = torch.tensor([share for *_, share in layouts])
    trials, samples, _ = layouts[int(torch.multinomial(shares, 1, generator=draws.generator))]
    masks = settings["masks"]
    examples = make_examples(draws, size, trials, samples, assumptions=assumptions, masks=masks, nominal=nominal)
    for start in range(0, size, batch):
        codes = torch.randperm(MOST_TRIALS, generator=draws.generator)[:trials]
        yield examples.rows(slice(start, start + batch)), codes


def train(seed: int, out: Path, settings: Settings, assumptions: Assumptions) -> DensityEstimator:
    """Each chunk holds new virtual subjects; a run that was killed goes on from its last checkpoint."""
    torch.manual_seed(seed)
    how, nominal = settings["training"], NominalJoint()
    network = DensityEstimator(Shape(n_parameters=len(ParameterScale().scheme), **settings["network"]))
    optimisers = _optimisers(network, how)
    chunks, per_chunk = how["chunks"], how["chunk"] // how["batch"]
    checkpoint, first, history = out.with_suffix(".checkpoint"), 0, []
    if checkpoint.exists():
        state = read_tensors(checkpoint, "a checkpoint of this training")
        network.load_state_dict(state["network"])
        for optimiser, entry in zip(optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(entry)
        first, history = state["chunk"], state["history"]
    progress = tqdm(range(first, chunks), f"network {seed}", initial=first, total=chunks, unit="chunk", mininterval=5)
    for chunk in progress:
        losses = []
        for step, (examples, codes) in enumerate(
            _chunk(chunk, seed, settings, assumptions, nominal), chunk * per_chunk
        ):
            value = loss(network, examples, codes, how).mean()
            rate = _rate(step, chunks * per_chunk, how["warm_up"])
            network.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), how["gradient_clip"])
            for optimiser, peak in zip(optimisers, (how["matrix_rate"], how["peak_rate"]), strict=True):
                optimiser.param_groups[0]["lr"] = peak * rate
                optimiser.step()
            losses.append(value.item())
        history.append(sum(losses) / len(losses))
        progress.set_postfix(loss=f"{sum(history[-20:]) / len(history[-20:]):.3f}")
        if (chunk + 1) % how["save_every"] == 0 and chunk + 1 < chunks:
            state = {"network": network.state_dict(), "optimisers": [one.state_dict() for one in optimisers]}
            write_tensors(checkpoint, state | {"chunk": chunk + 1, "history": history})
    save_network(network, out, history)
    checkpoint.unlink(missing_ok=True)
    return network


def save_network(network: DensityEstimator, out: Path, history: list[float]) -> None:
    """Weights, sizes and losses, as plain data and tensors."""
    write_tensors(out, {"shape": asdict(network.shape), "network": network.state_dict(), "history": history})


def load_network(path: Path) -> DensityEstimator:
    """A trained network, ready to use. Raises ValueError where the file is none."""
    model = read_tensors(path, NETWORK)
    if not {"shape", "network"} <= set(model):
        raise ValueError(f"{path}: found {', '.join(model)}; expected {NETWORK}")
    network = DensityEstimator(Shape(**model["shape"]))
    network.load_state_dict(model["network"])
    return network.eval()
