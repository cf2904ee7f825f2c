"""Errors over the curl, and the switches of the truth: what they change, and what they leave."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

import numpy as np
import opensim
import pandas as pd
import pytest
import torch

from conftest import TINY
from deepemg.audit import mechanisms
from deepemg.audit.curl_errors import ANGLE, CONTRASTS, DIRECTION, WHOLE, curl_errors, over_cells
from deepemg.audit.document import MECHANISMS_FIGURE, mechanisms_table
from deepemg.audit.draw_mechanisms import plot
from deepemg.audit.mechanisms import VIRTUAL, as_it_is, read_mechanisms, virtual_cells
from deepemg.evaluate.phases import PHASES
from deepemg.joint.curves import de_groote
from deepemg.pretrain.assemble import unscaled
from deepemg.pretrain.stress import CURVES
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator, Shape
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.simulate.assumptions import load_assumptions, vary
from deepemg.simulate.plants.opensim import DE_GROOTE_VELOCITY, ENGINES

MECHANISMS = {mechanism.name: mechanism for mechanism in read_mechanisms()}
PHASE = np.repeat(np.arange(len(PHASES)), 10)
TRUTH = np.full(len(PHASE), 0.2)


def cells(errors: dict[str, list[float]], beside: str) -> pd.DataFrame:
    """Made-up cells: by case, how much too low each trial is while lifting, over its truth."""
    lifting = PHASE < 3
    rows = [
        curl_errors(TRUTH, TRUTH * (1 - low * lifting), PHASE).assign(case=case, cell=str(place), beside=beside)
        for case, trials in errors.items()
        for place, low in enumerate(trials)
    ]
    return pd.concat(rows, ignore_index=True)


def test_contrasts_see_their_own_pattern_and_no_level() -> None:
    level, lifting = 1.5, PHASE < 3
    high, low = np.isin(PHASE, (2, 3)), np.isin(PHASE, (0, 5))
    for pattern, direction, angle in ((lifting * 1.0, 0.2, 0.0), (high * 1.0 - low, 0.0, 0.4), (TRUTH, 0.0, 0.0)):
        estimate = level * TRUTH * (1 + 0.2 * (pattern - pattern.mean()))  # of the truth's mean, but for the level
        found = curl_errors(TRUTH, estimate, PHASE).set_index("phase")
        assert found.loc[DIRECTION, "bias_without_level"] == pytest.approx(direction)
        assert found.loc[ANGLE, "bias_without_level"] == pytest.approx(angle)
        assert found.loc[WHOLE, "bias"] == pytest.approx(level - 1)
    assert list(found.index) == [*PHASES, *CONTRASTS, WHOLE] and found.loc[WHOLE, "samples"] == len(TRUTH)


def test_a_contrast_without_samples_is_not_a_number() -> None:
    seen = PHASE != 2
    found = curl_errors(TRUTH[seen], 1.1 * TRUTH[seen], PHASE[seen]).set_index("phase")["bias"]
    assert found[[DIRECTION, ANGLE, PHASES[2]]].isna().all() and found[WHOLE] == pytest.approx(0.1)


def test_cases_are_compared_cell_by_cell() -> None:
    """Subjects differ more than the cases; the change is that of each, not that of the medians."""
    usual, other = [0.0, 0.1, 0.4], [0.1, 0.0, 0.3]
    table = over_cells(cells({"as it is": usual, "other": other}, "as it is")).set_index(["case", "phase"])
    direction = [curl_errors(TRUTH, TRUTH * (1 - low * (PHASE < 3)), PHASE)["bias_without_level"][6] for low in usual]
    assert table.loc[("as it is", DIRECTION), "bias_without_level"] == pytest.approx(np.median(direction))
    assert not table.loc["as it is", "change"].dropna().any()
    changes = [after - before for before, after in zip(usual, other, strict=True)]
    assert np.sign(table.loc[("other", DIRECTION), "change"]) == -np.sign(np.median(changes))
    assert (table["cells"] == 3).all() and table.loc[("other", WHOLE), "samples"] == 3 * len(TRUTH)
    alone = over_cells(cells({VIRTUAL: usual}, ""))
    assert alone["change"].isna().all() and len(plot(alone).axes) == 3


def test_the_page_shows_the_change_of_what_was_switched() -> None:
    table = over_cells(cells({"as it is": [0.2, 0.2], "switched": [0.1, 0.1]}, "as it is"))
    header, _, usual, switched, *rest = mechanisms_table(table).split("\n")
    assert all(name in header for name in CONTRASTS) and rest[-1] == MECHANISMS_FIGURE
    assert usual.startswith("| as it is | 2 | -0.22 | +0.00 |")  # 0.8 / 0.9 - 1 / 0.9
    assert switched.startswith("| switched | 2 | -0.11 (+0.12) | +0.00 (+0.00) |")


@pytest.mark.parametrize("name", MECHANISMS)
def test_a_mechanism_changes_what_there_is(name: str) -> None:
    published, mechanism = load_assumptions(), MECHANISMS[name]
    changed = vary(published, mechanism.changes)
    assert (changed == published) == (not mechanism.changes)
    assert changed["tiers"][mechanism.tier]["engine"] in (*ENGINES, "mujoco")
    assert as_it_is(list(MECHANISMS.values()), mechanism.tier) in MECHANISMS
    folders = {one.folder for one in MECHANISMS.values()}
    assert len(folders) == len(MECHANISMS) and all(folder.isidentifier() for folder in folders)


def test_an_assumption_that_there_is_not_is_refused() -> None:
    for changes in ({"muscle": {}}, {"emg": {"shapes": 0.0}}, {"emg": {"shape": {"median": 0.0}}}):
        with pytest.raises(KeyError, match="no assumption called"):
            vary(load_assumptions(), changes)


def numbers(value: Any, name: str = "") -> dict[str, np.ndarray]:
    """Every number of nested dataclasses, by its path."""
    if not is_dataclass(value):
        return {name: np.asarray(value)}
    found = [numbers(getattr(value, field.name), f"{name}.{field.name}") for field in fields(value)]
    return {path: array for one in found for path, array in one.items() if array.dtype.kind == "f"}


@pytest.mark.parametrize(
    ("name", "changed"),
    [
        ("T1 as it is", set()),
        ("rigid tendons", set()),
        ("no joint damping", {".joint_damping"}),
        ("linear EMG", {".electrodes.shape"}),
        ("no crosstalk", {".electrodes.crosstalk"}),
        ("perfect MVC", {".voluntary_activation"}),
        ("effort without tilts and drift", {".effort.angle_tilt", ".effort.velocity_tilt", ".effort.load_tilt"}),
    ],
)
def test_a_switched_subject_is_the_same_but_for_what_is_switched(name: str, changed: set[str]) -> None:
    usual = numbers(TINY.subject(1))
    other = numbers(replace(TINY, assumptions=vary(TINY.assumptions, MECHANISMS[name].changes)).subject(1))
    assert {path for path, value in usual.items() if not np.array_equal(value, other[path])} == changed


def test_opensim_s_curve_takes_the_shape_of_de_groote_s() -> None:
    curve, velocity = opensim.ForceVelocityCurve(*DE_GROOTE_VELOCITY), torch.linspace(-1, 1, 201)
    found = np.array([curve.calcValue(float(value)) for value in velocity])
    assert np.abs(found - de_groote.force_velocity(velocity).numpy()).max() < 0.014


def test_virtual_subjects_are_cells_of_all_and_of_their_curves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mechanisms, "VIRTUAL_SUBJECTS", 6)
    torch.manual_seed(1)
    shape = Shape(len(ParameterScale().scheme), width=16, heads=2, layers=1, rank=2, local=8)
    found = over_cells(virtual_cells(unscaled([DensityEstimator(shape).eval()])))
    whole = found[found["phase"] == WHOLE].set_index("case")["cells"]
    assert whole.to_dict() == {VIRTUAL: 6} | {f"{VIRTUAL}, {name.replace('_', ' ')}": 2 for name in CURVES}
    assert found.loc[found["phase"] == WHOLE, ["bias", "rmse", "r"]].notna().all(axis=None)
