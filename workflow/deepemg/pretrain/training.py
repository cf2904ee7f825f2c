"""Train one density estimator on virtual subjects, each of them seen once."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor
from tqdm import tqdm

from deepemg.pretrain.chunks import chunks
from deepemg.pretrain.examples import Examples
from deepemg.pretrain.muon import Muon
from deepemg.pretrain.virtual.draws import Assumptions
from deepemg.reconstruct.nmm.density_estimator import LONGEST, MOST_TRIALS, DensityEstimator, Shape
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.tensor_file import read_tensors, write_tensors

Settings = dict[str, Any]
NETWORK = "a network of deepemg train network"
HOW_LONG = ("chunks", "decay", "save_every", "beside")  # settings that change nothing of what is learnt before the fall


def read_settings() -> Settings:
    """Network, masks and training, as in training.yaml."""
    return dict(yaml.safe_load((Path(__file__).parent / "training.yaml").read_text()))


def loss(network: DensityEstimator, examples: Examples, codes: Tensor, settings: Settings, begin: int = 0) -> Tensor:
    """Negative log density of the subjects (B,): each value's own, and all of them jointly.

    Both are proper scores of the same Gaussian. Jointly, the level of a whole trial is one value among hundreds and is
    learnt too slowly; on their own, values say nothing of how they go together.
    """
    e = examples
    posterior = network(e.movements, e.still, e.moving, e.present, codes, begin)
    own = posterior.marginal_log_density(e.target)
    values = e.counts.shape[1]
    parameter = torch.arange(values, device=e.counts.device) >= values - network.shape.n_parameters
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
        Muon(inner, lr=settings["matrix_rate"], weight_decay=decay),
        torch.optim.AdamW(others, lr=settings["peak_rate"], weight_decay=decay),
    ]


def _rate(step: int, steps: int, how: dict[str, Any]) -> float:
    """Share of the peak learning rate: linear warm-up, constant, and a linear fall in the last share of the steps."""
    left = (steps - step) / (how["decay"] * steps)
    return min(1.0, (step + 1) / how["warm_up"], left)


def train(
    seed: int,
    out: Path,
    settings: Settings,
    assumptions: Assumptions,
    *,
    device: str = "cpu",
    start_from: Path | None = None,
) -> DensityEstimator:
    """Train on new virtual subjects, chunk after chunk; a run that was killed goes on from its last checkpoint.

    What was learnt before the rate begins to fall stays beside `out` (`trunk_file`): a run with more chunks goes on
    from there. `start_from` is the trunk of another training, with other settings perhaps. Raises ValueError where a
    checkpoint of this one was made with other settings or assumptions.
    """
    torch.manual_seed(seed)
    how = settings["training"]
    network = DensityEstimator(Shape(n_parameters=len(ParameterScale().scheme), **settings["network"])).to(device)
    run = Run(network, _optimisers(network, how), made_with(settings, assumptions))
    total, per_chunk = how["chunks"], how["chunk"] // how["batch"]
    falls = round((1 - how["decay"]) * total)
    trunk, checkpoint = trunk_file(out, seed, settings), out.with_suffix(".checkpoint")
    if start_from:
        run.restore(start_from, other=True)
    for file in (trunk, checkpoint):
        if file.exists():
            run.restore(file)
    if run.chunk > total or (run.chunk > falls and not checkpoint.exists()):
        raise ValueError(f"{trunk}: trained on {run.chunk} chunks; expected at most {falls}: ask for more chunks")
    progress = tqdm(
        chunks(run.chunk, total, seed, settings, assumptions),
        f"network {seed}",
        initial=run.chunk,
        total=total,
        unit="chunk",
        mininterval=5,
    )
    for examples, draws in progress:
        losses = []
        for start in range(0, how["chunk"], how["batch"]):
            batch = examples.rows(slice(start, start + how["batch"])).to(device)
            codes = torch.randperm(MOST_TRIALS, generator=draws.generator)[: batch.movements.shape[1]].to(device)
            begin = int(torch.randint(LONGEST - batch.moving.shape[2] + 1, (1,), generator=draws.generator))
            step = run.chunk * per_chunk + start // how["batch"]
            losses.append(run.learn(batch, codes, begin, how, _rate(step, total * per_chunk, how)))
        run.history.append(sum(losses) / len(losses))
        run.chunk += 1
        progress.set_postfix(loss=f"{sum(run.history[-20:]) / len(run.history[-20:]):.3f}")
        if run.chunk <= falls and (run.chunk % how["save_every"] == 0 or run.chunk == falls):
            run.save(trunk)
        elif run.chunk % how["save_every"] == 0 and run.chunk < total:
            run.save(checkpoint)
    network = network.to("cpu")
    save_network(network, out, run.history)
    checkpoint.unlink(missing_ok=True)
    return network


@dataclass
class Run:
    """Where a training stands: network, optimisers, what it is made with, the next chunk, and the loss of each."""

    network: DensityEstimator
    optimisers: list[torch.optim.Optimizer]
    made_with: str
    chunk: int = 0
    history: list[float] = field(default_factory=list)

    def learn(self, batch: Examples, codes: Tensor, begin: int, how: dict[str, Any], rate: float) -> float:
        """One step on some subjects; gives their loss."""
        value = loss(self.network, batch, codes, how, begin).mean()
        self.network.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.network.parameters(), how["gradient_clip"])
        for optimiser, peak in zip(self.optimisers, (how["matrix_rate"], how["peak_rate"]), strict=True):
            optimiser.param_groups[0]["lr"] = peak * rate
            optimiser.step()
        return float(value.item())

    def save(self, file: Path) -> None:
        """Write a checkpoint."""
        state = {"network": self.network.state_dict(), "optimisers": [one.state_dict() for one in self.optimisers]}
        rest = {"chunk": self.chunk, "history": self.history, "made_with": self.made_with}
        write_tensors(file, state | rest)

    def restore(self, file: Path, *, other: bool = False) -> None:
        """Go on from a checkpoint. Raises ValueError where it is of other settings and need not be."""
        state = read_tensors(file, "a checkpoint of this training")
        if state["made_with"] != self.made_with and not other:
            raise ValueError(f"{file}: found a training with other settings or assumptions; move it away to start anew")
        self.network.load_state_dict(state["network"])
        for optimiser, entry in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(entry)
        self.chunk, self.history = state["chunk"], state["history"]


def made_with(settings: Settings, assumptions: Assumptions) -> str:
    """All that decides what a network learns but for how long, as text."""
    how = {name: value for name, value in settings["training"].items() if name not in HOW_LONG}
    return json.dumps([settings | {"training": how}, assumptions], sort_keys=True)


def trunk_file(out: Path, seed: int, settings: Settings) -> Path:
    """Where the part of a training at full rate is kept: one for each seed and network, beside the networks."""
    kind = "" if settings["network"].get("mechanics", True) else "-no-mechanics"
    return out.parent / f"network{kind}-{seed}.trunk"


def save_network(network: DensityEstimator, out: Path, history: list[float]) -> None:
    """Weights, sizes and losses, as plain data and tensors."""
    write_tensors(out, {"shape": asdict(network.shape), "network": network.state_dict(), "history": history})


def load_network(path: Path) -> DensityEstimator:
    """A trained network, ready to use. Raises ValueError where the file is none."""
    model = _read(path)
    network = DensityEstimator(Shape(**model["shape"]))
    network.load_state_dict(model["network"])
    return network.eval()


def load_history(path: Path) -> list[float]:
    """Loss of each chunk of a trained network. Raises ValueError where the file is none."""
    return list(_read(path)["history"])


def _read(path: Path) -> dict[str, Any]:
    model = read_tensors(path, NETWORK)
    if not {"shape", "network", "history"} <= set(model):
        raise ValueError(f"{path}: found {', '.join(model)}; expected {NETWORK}")
    return model
