"""Trained networks in one weights file, their bands scaled (band_scale.py)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import torch

from deepemg.atomic import written_aside
from deepemg.pretrain.band_scale import band_scale, cohort_misses, stress_misses
from deepemg.pretrain.contrast import best_contrast
from deepemg.pretrain.training import load_network
from deepemg.pretrain.virtual.draws import read_assumptions
from deepemg.pretrain.virtual.simulate import simulate
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator
from deepemg.reconstruct.nmm.method import NMM
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.trained_with import TrainedWith
from deepemg.signals.read import read

VIRTUAL = 2048  # subjects that tell the spread of the parameters


def virtual_spread() -> torch.Tensor:
    """Standard deviation (P,) of the parameters over virtual subjects, on the scale of ParameterScale."""
    scale, assumptions = ParameterScale(), read_assumptions()
    subjects = simulate(0, subjects=VIRTUAL, trials=1, samples=8, curves="de_groote", assumptions=assumptions)
    return scale.deviation(subjects.parameters).clamp(-4, 4).std(0)


def unscaled(networks: Sequence[DensityEstimator]) -> AmortisedPosterior:
    """Networks with bands as they were trained."""
    return AmortisedPosterior(tuple(networks), virtual_spread(), {"flexor": 1.0, "extensor": 1.0}, TrainedWith.now())


def assemble(networks: Sequence[Path], cohorts: Sequence[Path], out: Path) -> dict[str, dict[str, float]]:
    """Write the weights of several networks, and return the factors of their bands and of their courses.

    `cohorts` are folders of development subjects with known truth. The file is written several times aside, because
    courses and bands are judged with it before they are scaled.
    """
    recordings = [read(folder) for cohort in cohorts for folder in sorted(cohort.glob("S*"))]
    plain = unscaled([load_network(path) for path in networks])
    with written_aside(out) as aside:
        plain.save(aside)
        plain = replace(plain, contrast=best_contrast(recordings, NMM(weights=str(aside))))
        plain.save(aside)
        scale = band_scale(cohort_misses(recordings, NMM(weights=str(aside))), stress_misses(plain))
        replace(plain, band_scale=scale).save(aside)
    return {"band_scale": scale, "contrast": plain.contrast}
