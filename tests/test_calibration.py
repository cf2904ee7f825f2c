"""Ranks of a truth in its posterior: uniform where the posterior is right, and told where it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor

from conftest import ROOT
from deepemg.evaluate.calibration import (
    chance_difference,
    coverage_of,
    ecdf_difference,
    largest_difference,
    mixture_ranks,
    reading,
    tarp_ranks,
)
from deepemg.pretrain import calibration
from deepemg.pretrain.virtual.draws import read_assumptions
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, load_weights
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.report import calibration as figure
from study import untrained_weights

SUBJECTS = 2000


@pytest.fixture(scope="module")
def amortised(tmp_path_factory: pytest.TempPathFactory) -> AmortisedPosterior:
    return load_weights(untrained_weights(tmp_path_factory.mktemp("weights") / "nmm.pt"))


def members_and_truth(seed: int = 0) -> tuple[Tensor, Tensor, Tensor]:
    """Two Gaussians for each subject (2, B), and a truth (B,) drawn from one of them."""
    generator = torch.Generator().manual_seed(seed)
    means, chosen, normal = (torch.randn(size, generator=generator) for size in ((2, SUBJECTS), SUBJECTS, SUBJECTS))
    sds = torch.tensor([0.5, 1.0])[:, None].expand_as(means)
    which = (chosen > 0).long()[None]
    return means, sds, means.gather(0, which)[0] + sds.gather(0, which)[0] * normal


WRONG = {  # what is done to the posterior: means, sds
    "as chance gives": (0.0, 1.0),
    "over-confident": (0.0, 0.6),
    "under-confident": (0.0, 2.0),
    "too high": (0.25, 1.05),
    "too low": (-0.25, 1.05),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_posterior_is_told_and_a_right_one_too(name: str) -> None:
    means, sds, truth = members_and_truth()
    shift, factor = WRONG[name]
    assert reading(mixture_ranks(truth, means + shift, sds * factor).numpy()) == name


def test_a_scale_widens_around_the_mean_of_the_mixture() -> None:
    means, sds, truth = members_and_truth()
    centre = means.mean(0)
    wide = mixture_ranks(truth, centre + 2 * (means - centre), 2 * sds)
    assert torch.allclose(mixture_ranks(truth, means, sds, 2.0), wide, atol=1e-6)


def test_ranks_are_those_of_very_many_draws() -> None:
    means, sds, truth = (value[..., :20] for value in members_and_truth())
    draws = means[:, None] + sds[:, None] * torch.randn(2, 20000, 20, generator=torch.Generator().manual_seed(1))
    counted = (draws < truth).float().mean((0, 1))
    assert torch.allclose(mixture_ranks(truth, means, sds), counted, atol=0.01)


def test_chance_is_what_uniform_ranks_give() -> None:
    rng = np.random.default_rng(0)
    largest = np.array([largest_difference(rng.uniform(size=300)) for _ in range(2000)])
    assert np.mean(largest <= chance_difference(300)) == pytest.approx(0.95, abs=0.015)
    ranks = rng.uniform(size=300) ** 2
    curve = ecdf_difference(ranks, np.linspace(0, 1, 20001))
    assert np.abs(curve).max() == pytest.approx(largest_difference(ranks), abs=1e-3)
    assert curve[0] == 0 and curve[-1] == 0 and coverage_of(ranks, 1.0) == 1


@pytest.mark.parametrize(("sd", "told"), [(1.0, "as chance gives"), (0.7, "over-confident"), (1.5, "under-confident")])
def test_tarp_sees_all_values_together(sd: float, told: str) -> None:
    """In eight dimensions that are 0.9 correlated: each is right on its own only where the posterior is."""
    generator = torch.Generator().manual_seed(0)
    root = torch.linalg.cholesky(0.1 * torch.eye(8) + 0.9)
    centre, truth, draws = (
        torch.randn(*size, 8, generator=generator) @ root.T for size in ((600,), (600,), (200, 600))
    )
    found = tarp_ranks(centre + truth, centre + sd * draws, (centre + truth).roll(1, 0))
    assert reading(found.numpy(), together=True) == told


def test_level_ranks_in_closed_form_are_those_of_draws() -> None:
    """Own and common noise of the low-rank Gaussian both count."""
    generator = torch.Generator().manual_seed(3)
    members = [
        LowRankGaussian(*(torch.randn(*size, generator=generator) for size in ((4, 30), (4, 30), (4, 30, 2))))
        for _ in range(2)
    ]
    means, sds = calibration._means_over(members)
    levels = torch.cat([calibration._draws(members, generator).mean(-1) for _ in range(60)])
    assert torch.allclose(means.mean(0), levels.mean(0), atol=0.08)
    spread = torch.sqrt((sds**2).mean(0) + means.var(0, correction=0))
    assert torch.allclose(spread, levels.std(0), rtol=0.05)


def test_subjects_are_drawn_in_the_shares_of_the_training() -> None:
    groups = calibration.recruit_as_trained(20)
    assert [len(group.size) for group in groups] == [round(20 * s) for s in read_assumptions()["curves"].values()]
    assert not 0 <= calibration.SEED < 20_000_000  # training


def test_ranks_of_virtual_subjects_are_ranks_and_the_same_again(amortised: AmortisedPosterior, tmp_path: Path) -> None:
    ranks = calibration.calibration_ranks(amortised, 21)
    again = calibration.calibration_ranks(amortised, 21)
    assert (
        ranks.equals(again)
        and len(ranks) == 21
        and ranks.stack(calibration.KEY, future_stack=True).dropna().between(0, 1).all()
    )
    names = {
        (p, m, "trained")
        for p, m in zip(ParameterScale().scheme.parameters, ParameterScale().scheme.muscles, strict=True)
    }
    assert names < set(ranks.columns) and ranks["level"].notna().all(axis=None)
    assert set(ranks.columns[ranks.isna().any()].get_level_values("of")) == {"BRD"}  # not in every model
    ranks.round(3).to_csv(tmp_path / "ranks.csv", index=False)
    read = calibration.read_ranks(tmp_path / "ranks.csv")
    assert np.allclose(read, ranks, atol=6e-4, equal_nan=True) and list(read.columns) == list(ranks.columns)
    drawn = figure.plot(ranks, {"BRA": "brachialis", "TRImed": "triceps medial head"})
    assert len([axes for axes in drawn.axes if axes.axison]) == 6
    calibration.summary_table(ranks).to_csv(tmp_path / "calibration.csv", index=False)
    section = calibration.calibration_sections(tmp_path)["calibration"]
    assert "| level BRA | reported | 21 |" in section and section.count("\n") == 1 + 11 + 7


def test_the_released_summary_is_that_of_the_released_ranks() -> None:
    folder = ROOT / "results" / "released" / "calibration"
    made = calibration.summary_table(calibration.read_ranks(folder / "ranks.csv"))
    text = made.round(4).to_csv(index=False)
    assert text == (folder / "calibration.csv").read_text()
