"""The audit of the simulated truth, and the page that shows it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from conftest import TINY
from deepemg.audit.consistency import consistency
from deepemg.audit.coordination import coordination, pairs
from deepemg.audit.document import TABLES, truth_sections
from deepemg.audit.likeness import likeness
from deepemg.audit.sensitivity import VARIANTS
from deepemg.generated_sections import with_section
from deepemg.joint.definition import load_joint
from deepemg.recordings.subject import read_subject
from deepemg.signals.settings import EnvelopeSettings
from deepemg.simulate.assumptions import load_assumptions, vary


@pytest.mark.slow
def test_every_trial_of_a_cohort_is_one_mechanical_event(tiny_cohort: Path) -> None:
    table = consistency(TINY, tiny_cohort, jobs=2)
    assert list(table["trial"]) == ["0kg_train", "0kg_test", "2kg_train", "2kg_test"]
    assert table["replay_deg"].max() < 0.5 and table["inverse_nm"].max() < 0.05
    assert (table["replay_deg"] > 0).all()  # a replay reads rounded excitations: a copy of the motion would be exact


@pytest.mark.slow
def test_a_truth_of_another_subject_is_found_out(tiny_cohort: Path) -> None:
    other = consistency(replace(TINY, seed=TINY.seed + 1), tiny_cohort, jobs=2)
    assert other["replay_deg"].min() > 0.5 and other["inverse_nm"].max() > 0.05


def test_coordination_has_a_row_per_trial_with_its_load(tiny_cohort: Path) -> None:
    table = coordination(TINY, tiny_cohort)
    assert list(table["load_kg"]) == [0, 0, 2, 2]
    heavy = table["load_kg"] == 2
    assert (table.loc[heavy, "peak_BRA"].min() > table.loc[~heavy, "mean_BRA"]).all()
    assert table["r_BRA_BIClong"].between(-1, 1).all()


def test_pairs_are_deep_muscles_with_what_lies_over_them() -> None:
    for name in ("elbow6", "elbow7", "knee4"):
        joint = load_joint(name)
        found = pairs(joint)
        assert {deep for deep, _ in found} == set(joint.deep_muscles) and len(set(found)) == len(found)
        assert all(over in joint.muscle(deep).beneath for deep, over in found)
    assert {("BRA", "BIClong"), ("TRImed", "TRIlong")} <= set(pairs(load_joint("elbow6")))


def test_simulated_emg_looks_like_recorded_emg(tiny_cohort: Path, cube: Path, root: Path) -> None:
    def median(name: str, folder: Path, muscle: str, recordings: Path | None = None) -> float:
        subject = read_subject(folder, recordings)
        return float(np.median([one.numbers[name] for one in likeness(subject, muscle, EnvelopeSettings())]))

    real = (root / "examples" / "cube" / "CUBE1", "BIC", cube)
    made = (tiny_cohort / "S1", "BIClong")
    assert median("median_frequency_hz", *made) == pytest.approx(median("median_frequency_hz", *real), abs=15)
    assert median("kurtosis", *made) == pytest.approx(median("kurtosis", *real), abs=0.8)


def test_a_variant_changes_what_it_names_and_nothing_else() -> None:
    published = load_assumptions()
    for name, changes in VARIANTS.items():
        changed = vary(published, changes)
        different = {
            (section, key)
            for section, values in published.items()
            if isinstance(values, dict)
            for key in values
            if changed[section][key] != values[key]
        }
        assert different == {(section, key) for section, values in changes.items() for key in values}, name


def test_the_page_says_what_the_files_say(root: Path) -> None:
    page = (root / "docs" / "truth.md").read_text()
    sections = truth_sections(root / "results" / "released" / "truth")
    assert list(sections) == list(TABLES)
    for name, content in sections.items():
        assert with_section(page, name, content) == page, name
