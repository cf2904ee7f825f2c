"""Trained networks in one weights file, their bands scaled (band_scale.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from deepemg.pretrain.band_scale import band_scale, cohort_misses, stress_misses
from deepemg.pretrain.training import load_network
from deepemg.pretrain.virtual.draws import read_assumptions
from deepemg.pretrain.virtual.simulate import simulate
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.method import NMM
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.trained_with import TrainedWith

VIRTUAL = 2048  # subjects that tell the spread of the parameters


def virtual_spread() -> torch.Tensor:
    """Standard deviation (P,) of the parameters over virtual subjects, on the scale of ParameterScale."""
    scale, assumptions = ParameterScale(), read_assumptions()
    subjects = simulate(0, subjects=VIRTUAL, trials=1, samples=8, curves="de_groote", assumptions=assumptions)
    return scale.deviation(subjects.parameters).clamp(-4, 4).std(0)


def assemble(networks: Sequence[Path], cohorts: Sequence[Path], out: Path) -> dict[str, float]:
    """Write the weights of several networks, and return the factors of their bands.

    `cohorts` are folders of development subjects with known truth; the file is written twice, because bands are judged
    with it before they are scaled.
    """
    members = tuple(load_network(path) for path in networks)
    plain = AmortisedPosterior(members, virtual_spread(), {"flexor": 1.0, "extensor": 1.0}, TrainedWith.now())
    plain.save(out)
    trials = [trial for cohort in cohorts for trial in cohort_misses(cohort, NMM(weights=str(out)))]
    scale = band_scale(trials, stress_misses(plain))
    replace(plain, band_scale=scale).save(out)
    return scale
