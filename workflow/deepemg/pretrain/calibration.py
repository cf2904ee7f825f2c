"""Is the posterior of the networks as sure as it may be? Ranks of the truth of virtual subjects made anew.

The subjects are drawn as those of the training were (assumptions.yaml, with its shares of muscle curves), three curl
trials each, deep muscles hidden: if the networks had learnt the posterior exactly, all ranks would be uniform. By the
networks alone, no subject fit. "trained" is the mixture of the networks, "reported" the same with the bands' scale
(band_scale.py), which is chosen on other subjects.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import torch
from torch import Tensor
from tqdm import tqdm

from deepemg.atomic import written_aside
from deepemg.evaluate.calibration import (
    CENTRAL,
    chance_difference,
    coverage_of,
    largest_difference,
    mixture_ranks,
    reading,
    tarp_ranks,
)
from deepemg.generated_sections import markdown_table
from deepemg.pretrain.examples import modelled_parameters
from deepemg.pretrain.virtual.draws import read_assumptions
from deepemg.pretrain.virtual.simulate import VirtualSubjects, simulate
from deepemg.pretrain.virtual_trials import HIDDEN, Recorded, batches, infer
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, load_weights
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.reconstruct.nmm.target import LARGEST, to_target

SEED = 20261201  # of nothing else
TRIALS, TRIAL_SAMPLES = 3, 128  # a layout of the training
DRAWS = 66  # of each network, for TARP
KEY = ["quantity", "of", "bands"]
TOGETHER = "TARP"


def recruit_as_trained(subjects: int) -> list[VirtualSubjects]:
    """About `subjects` virtual subjects, with each set of muscle curves in its share."""
    assumptions, size = read_assumptions(), {"trials": TRIALS, "samples": TRIAL_SAMPLES}
    return [
        simulate(SEED + place, subjects=max(1, round(share * subjects)), curves=name, assumptions=assumptions, **size)
        for place, (name, share) in enumerate(assumptions["curves"].items())
    ]


def calibration_ranks(amortised: AmortisedPosterior, subjects: int) -> pd.DataFrame:
    """Ranks of the truth, a row per subject and a column per quantity (KEY); NaN where a subject lacks the muscle.

    Quantities: level, the mean of a muscle's logarithm over all samples; sample, the middle one of the first trial; all
    samples of all hidden muscles by TARP; each parameter, and all of them by TARP.
    """
    generator, recorded = torch.Generator().manual_seed(SEED), Recorded(tuple(range(TRIALS)))
    groups = recruit_as_trained(subjects)
    todo = [batch for group in groups for batch in batches(group, recorded)]
    parts = [_ranks(amortised, v, recorded, generator) for v in tqdm(todo, "calibration", unit="batch")]
    columns = pd.MultiIndex.from_tuples(list(parts[0]), names=KEY)
    values = torch.cat([torch.stack(list(part.values()), dim=1) for part in parts])
    return pd.DataFrame(values.numpy(), columns=columns)


def _ranks(
    amortised: AmortisedPosterior, v: VirtualSubjects, recorded: Recorded, generator: torch.Generator
) -> dict[tuple[str, str, str], Tensor]:
    members, neighbours = infer(amortised, v, recorded)
    truth = to_target(v.excitations, neighbours).flatten(1)
    places = torch.arange(truth.shape[1]).view(-1, len(SLOTS))
    found: dict[tuple[str, str, str], Tensor] = {}
    for muscle in HIDDEN:
        slot = SLOTS.index(muscle)
        own, middle = places[:, slot], places[TRIAL_SAMPLES // 2, [slot]]
        for bands, scale in (("trained", 1.0), ("reported", float(amortised.scale_of_slots()[slot]))):
            for quantity, at in (("level", own), ("sample", middle)):
                means, sds = _means_over([_part(member, at) for member in members])
                found[quantity, muscle, bands] = mixture_ranks(truth[:, at].mean(1), means, sds, scale)
    hidden = torch.cat([places[:, SLOTS.index(muscle)] for muscle in HIDDEN])
    scales = amortised.scale_of_slots()[hidden % len(SLOTS)]
    draws = _draws([_part(member, hidden) for member in members], generator)
    centre = torch.stack([member.mean[:, hidden] for member in members]).mean(0)
    for bands, scale_of_all in (("trained", torch.ones_like(scales)), ("reported", scales)):
        wider = centre + scale_of_all * (draws - centre)
        found["all samples", TOGETHER, bands] = tarp_ranks(truth[:, hidden], wider, truth[:, hidden].roll(1, 0))
    return found | _parameter_ranks(members, v, truth.shape[1], generator)


def _parameter_ranks(
    members: list[LowRankGaussian], v: VirtualSubjects, first: int, generator: torch.Generator
) -> dict[tuple[str, str, str], Tensor]:
    scale = ParameterScale()
    truth = scale.deviation(v.parameters).clamp(-LARGEST, LARGEST)
    own = [_part(member, torch.arange(first, first + truth.shape[1])) for member in members]
    ranks = mixture_ranks(truth, torch.stack([m.mean for m in own]), torch.stack([m.sd() for m in own]))
    there = modelled_parameters(scale, v.in_model)
    ranks = torch.where(there, ranks, torch.nan)
    names = zip(scale.scheme.parameters, scale.scheme.muscles, strict=True)
    found = {(parameter, muscle, "trained"): ranks[:, place] for place, (parameter, muscle) in enumerate(names)}
    known = there.all(0)  # those that every subject has
    draws = _draws(own, generator)[..., known]
    found["all parameters", TOGETHER, "trained"] = tarp_ranks(truth[:, known], draws, truth[:, known].roll(1, 0))
    return found


def _part(member: LowRankGaussian, places: Tensor) -> LowRankGaussian:
    """The law of some of the values."""
    return LowRankGaussian(member.mean[:, places], member.log_sd[:, places], member.factors[:, places])


def _means_over(members: list[LowRankGaussian]) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation (K, B) of the mean over all values, by network."""
    means = torch.stack([member.mean.mean(1) for member in members])
    own = torch.stack([torch.exp(2 * member.log_sd).sum(1) / member.mean.shape[1] ** 2 for member in members])
    common = torch.stack([member.factors.mean(1).square().sum(-1) for member in members])
    return means, torch.sqrt(own + common)


def _draws(members: list[LowRankGaussian], generator: torch.Generator) -> Tensor:
    """DRAWS (n, B, D) of each network."""
    found = []
    for member in members:
        count, values, rank = member.factors.shape
        own = torch.randn(DRAWS, count, values, generator=generator) * torch.exp(member.log_sd)
        common = torch.randn(DRAWS, count, rank, generator=generator)
        found.append(member.mean + own + torch.einsum("bvr,nbr->nbv", member.factors, common))
    return torch.cat(found)


def summary_table(ranks: pd.DataFrame) -> pd.DataFrame:
    """A row per quantity: how its ranks differ from uniform ones, and what chance gives."""
    rows = []
    for key, column in ranks.items():
        own = column.dropna().to_numpy()
        covers = [coverage_of(own, share) for share in CENTRAL]
        said = reading(own, together=key[1] == TOGETHER)  # type: ignore[index]
        numbers = (len(own), own.mean(), *covers, largest_difference(own), chance_difference(len(own)), said)
        rows.append((*key, *numbers))  # type: ignore[misc]
    names = ["subjects", "mean_rank", "covers50", "covers90", "largest_difference", "chance95", "reading"]
    return pd.DataFrame(rows, columns=[*KEY, *names])


def calibration_tables(weights: Path | None, subjects: int, out: Path) -> pd.DataFrame:
    """Write ranks.csv and calibration.csv into `out`; gives the ranks, as they are in the file."""
    ranks = calibration_ranks(load_weights(weights), subjects).round(3)
    out.mkdir(parents=True, exist_ok=True)
    for name, table in (("ranks", ranks), ("calibration", summary_table(ranks).round(4))):
        with written_aside(out / f"{name}.csv") as path:
            table.to_csv(path, index=False)
    return ranks


def read_ranks(path: Path) -> pd.DataFrame:
    """The ranks that `calibration_tables` wrote."""
    return pd.read_csv(path, header=[0, 1, 2])


def calibration_sections(folder: Path) -> dict[str, str]:
    """The section of docs/nmm.md, from the files in `folder`: parameters of a kind in one row, medians over muscles."""
    table = pd.read_csv(folder / "calibration.csv")
    single = table["quantity"].isin(["level", "sample", "all samples", "all parameters"])
    rows = []
    for (quantity, of, bands), part in [
        *table[single].groupby(KEY, sort=False),
        *table[~single].assign(of="", bands="trained").groupby(KEY, sort=False),
    ]:
        labels = part["reading"].value_counts(sort=False)
        rows.append(
            {
                "quantity": f"{quantity} {of}".strip().replace("_", " "),
                "posterior": bands,
                "subjects": part["subjects"].min(),
                "mean rank": f"{np.median(part['mean_rank']):.2f}",
                "50 % covers": f"{np.median(part['covers50']):.2f}",
                "90 % covers": f"{np.median(part['covers90']):.2f}",
                "largest difference": f"{part['largest_difference'].max():.3f}",
                "95 % of chance": f"{part['chance95'].max():.3f}",
                "reading": ", ".join(f"{count} {label}" if len(part) > 1 else label for label, count in labels.items()),
            }
        )
    return {"calibration": markdown_table(pd.DataFrame(rows))}
