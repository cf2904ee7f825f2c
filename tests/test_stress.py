"""Virtual subjects made worse, and with less recorded: what is changed is changed, and nothing else is read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from conftest import ROOT
from deepemg.generated_sections import END, START, with_section
from deepemg.pretrain import band_scale, stress
from deepemg.pretrain.protocols import changed
from deepemg.pretrain.virtual.draws import read_assumptions
from deepemg.pretrain.virtual.simulate import VirtualSubjects
from deepemg.pretrain.virtual_trials import Recorded, scores
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, load_weights
from deepemg.reconstruct.nmm.slots import FLEXOR
from study import untrained_weights

CASES = stress.read_cases()


@pytest.fixture(scope="module")
def amortised(tmp_path_factory: pytest.TempPathFactory) -> AmortisedPosterior:
    return load_weights(untrained_weights(tmp_path_factory.mktemp("weights") / "nmm.pt"))


@pytest.fixture(scope="module")
def group() -> VirtualSubjects:
    return stress.recruit(read_assumptions(), 12, 3)[0]


def test_every_case_changes_what_there_is() -> None:
    for case in CASES:
        assert changed(read_assumptions(), case.get("assumptions", {}))
    with pytest.raises(KeyError, match="has no body: strenght"):
        changed(read_assumptions(), {"body": {"strenght": {}}})


def test_what_is_given_changes_and_what_was_done_does_not(group: VirtualSubjects) -> None:
    late = stress.with_errors(group, {"late_samples": 1, "flexor_gain": 0.7, "torque_gain": 1.1, "torque_offset": 1.0})
    assert torch.equal(late.excitations, group.excitations)
    assert torch.allclose(late.torque, 1.1 * group.torque + 1)
    assert torch.allclose(late.envelopes[:, :, 5][..., FLEXOR], 0.7 * group.envelopes[:, :, 4][..., FLEXOR])
    assert torch.equal(late.envelopes[:, :, 5][..., ~FLEXOR], group.envelopes[:, :, 4][..., ~FLEXOR])


def test_nothing_is_read_that_was_not_recorded(amortised: AmortisedPosterior, group: VirtualSubjects) -> None:
    only = Recorded(trials=(0, 2), contractions=(0,), torque=False)
    poisoned = {name: getattr(group, name).clone() for name in ("torque", "envelopes")}
    poisoned["envelopes"][:, 1] = 9.0
    poisoned["torque"][:] = -77.0
    contractions = replace(group.isometric, envelopes=group.isometric.envelopes.clone())
    contractions.envelopes[:, 1:] = 9.0
    one, two = (scores(amortised, some, only) for some in (group, replace(group, isometric=contractions, **poisoned)))
    assert one.equals(two) and len(one) == 2 * len(group.size)
    assert one["coverage90"].between(0, 1).all() and (one["width"] > 0).all()


def test_tables_go_into_the_document(amortised: AmortisedPosterior, tmp_path: Path) -> None:
    table = stress.protocol_table(amortised, 3)
    text = stress.markdown(table, "recorded")
    assert len(text.splitlines()) == 2 + len(stress.PROTOCOL) and "BRA band width" in text
    for name in ("protocol", "stress"):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    sections = stress.stress_sections(tmp_path)
    assert sections["protocol"] == text and set(sections) == {"protocol", "stress"}
    page = (ROOT / "docs" / "nmm.md").read_text()
    for name, content in sections.items():
        made = with_section(page, name, content)
        assert f"{START.format(name=name)}\n{content}\n{END.format(name=name)}" in made
        assert with_section(made, name, content) == made


def test_bands_hold_for_the_cohorts_and_for_the_worst_case() -> None:
    rng = np.random.default_rng(0)
    trials = [{"flexor": np.abs(rng.normal(size=5000)) * 0.5, "extensor": np.abs(rng.normal(size=5000))}] * 2
    case = {"flexor": np.abs(rng.normal(size=5000)) * 2, "extensor": np.abs(rng.normal(size=5000)) * 0.5}
    scale = band_scale.band_scale(trials, [case])
    assert np.mean(case["flexor"] <= scale["flexor"]) == pytest.approx(0.8, abs=1e-3)
    assert np.mean(trials[0]["extensor"] <= scale["extensor"]) == pytest.approx(0.9, abs=1e-3)


def test_a_miss_is_below_one_inside_the_band_and_only_there() -> None:
    lower, upper = np.full(5, 0.1), np.full(5, 0.3)
    found = band_scale.misses("BRA", np.array([0.0, 0.1, 0.2, 0.3, 0.5]), lower, upper)
    assert (found < 1 - 1e-9).tolist() == [False, False, True, False, False]
    assert found[[1, 3]] == pytest.approx([1, 1]) and found[4] > 1 and found[0] > 1


def test_wider_bands_are_missed_in_proportion(amortised: AmortisedPosterior, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(band_scale, "SUBJECTS", 3)
    monkeypatch.setattr(band_scale, "read_cases", lambda: CASES[:1])
    wide = replace(amortised, band_scale={"flexor": 2 * amortised.band_scale["flexor"], "extensor": 1.0})
    one, two = (band_scale.stress_misses(some)[0]["flexor"] for some in (amortised, wide))
    narrow = one > 0.5  # where no band is cut off at nothing or at everything
    assert np.median(one[narrow] / two[narrow]) == pytest.approx(2, rel=0.2)
