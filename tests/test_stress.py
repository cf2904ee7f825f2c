"""Virtual subjects made worse, and with less recorded: what is changed is changed, and nothing else is read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
import yaml
from conftest import ROOT
from study import untrained_prior

from deepemg.audit import band_scale, stress
from deepemg.pretrain.virtual_trials import Recorded, scores
from deepemg.generated_sections import between_marks
from deepemg.reconstruct.nmm.amortised_posterior import read_ensemble
from deepemg.reconstruct.nmm.features import FLEXOR
from deepemg.pretrain.virtual.draws import read_assumptions

CASES = yaml.safe_load((ROOT / "workflow" / "deepemg" / "audit" / "stress.yaml").read_text())


@pytest.fixture(scope="module")
def ensemble(tmp_path_factory):
    return read_ensemble(untrained_prior(tmp_path_factory.mktemp("prior") / "prior.pt"))


@pytest.fixture(scope="module")
def group():
    return stress.recruit(read_assumptions(), 12, 3)[0]


def test_every_case_changes_what_there_is():
    for case in CASES:
        assert stress.stressed(read_assumptions(), case.get("assumptions", {}))
    with pytest.raises(KeyError, match="has no body: strenght"):
        stress.stressed(read_assumptions(), {"body": {"strenght": {}}})


def test_what_is_told_changes_and_what_was_done_does_not(group):
    late = stress.told(group, {"late_samples": 1, "flexor_gain": 0.7, "torque_gain": 1.1, "torque_offset": 1.0})
    assert torch.equal(late.excitations, group.excitations)
    assert torch.allclose(late.torque, 1.1 * group.torque + 1)
    assert torch.allclose(late.envelopes[:, :, 5][..., FLEXOR], 0.7 * group.envelopes[:, :, 4][..., FLEXOR])
    assert torch.equal(late.envelopes[:, :, 5][..., ~FLEXOR], group.envelopes[:, :, 4][..., ~FLEXOR])


def test_nothing_is_read_that_was_not_recorded(ensemble, group):
    only = Recorded(trials=(0, 2), contractions=(0,), torque=False)
    poisoned = {name: getattr(group, name).clone() for name in ("torque", "envelopes")}
    poisoned["envelopes"][:, 1] = 9.0
    poisoned["torque"][:] = -77.0
    contractions = replace(group.isometric, envelopes=group.isometric.envelopes.clone())
    contractions.envelopes[:, 1:] = 9.0
    one, two = (scores(ensemble, some, only) for some in (group, replace(group, isometric=contractions, **poisoned)))
    assert one.equals(two) and len(one) == 2 * len(group.size)
    assert one["coverage90"].between(0, 1).all() and (one["width"] > 0).all()


def test_tables_go_into_the_document(ensemble):
    table = stress.protocol_table(ensemble, 3)
    text = stress.markdown(table, "recorded")
    assert len(text.splitlines()) == 2 + len(stress.PROTOCOL) and "BRA band width" in text
    for name in ("protocol", "stress"):
        page = (ROOT / "docs" / "nmm.md").read_text()
        start = f"<!-- {name}: made by `python -m deepemg.pretrain.stress`; edit nothing here -->"
        assert text in between_marks(page, start, f"<!-- end of {name} -->", text)


def test_bands_hold_for_the_cohorts_and_for_the_worst_case():
    rng = np.random.default_rng(0)
    trials = [{"flexor": np.abs(rng.normal(size=5000)) * 0.5, "extensor": np.abs(rng.normal(size=5000))}] * 2
    case = {"flexor": np.abs(rng.normal(size=5000)) * 2, "extensor": np.abs(rng.normal(size=5000)) * 0.5}
    scale = band_scale.band_scale(trials, [case])
    assert np.mean(case["flexor"] <= scale["flexor"]) == pytest.approx(0.8, abs=1e-3)
    assert np.mean(trials[0]["extensor"] <= scale["extensor"]) == pytest.approx(0.9, abs=1e-3)


def test_a_miss_is_below_one_inside_the_band_and_only_there():
    lower, upper = np.full(5, 0.1), np.full(5, 0.3)
    found = band_scale.misses("BRA", np.array([0.0, 0.1, 0.2, 0.3, 0.5]), lower, upper)
    assert (found < 1 - 1e-9).tolist() == [False, False, True, False, False]
    assert found[[1, 3]] == pytest.approx([1, 1]) and found[4] > 1 and found[0] > 1


def test_wider_bands_are_missed_in_proportion(ensemble, monkeypatch):
    monkeypatch.setattr(band_scale, "SUBJECTS", 3)
    monkeypatch.setattr(band_scale, "read_cases", lambda: CASES[:1])
    wide = replace(ensemble, band_scale={"flexor": 2 * ensemble.band_scale["flexor"], "extensor": 1.0})
    one, two = (band_scale.stress_misses(some)[0]["flexor"] for some in (ensemble, wide))
    narrow = one > 0.5  # where no band is cut off at nothing or at everything
    assert np.median(one[narrow] / two[narrow]) == pytest.approx(2, rel=0.2)
