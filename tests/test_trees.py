"""Boosted trees: they learn from hidden muscles only, and the reconstruction is what they say, sample by sample."""

from __future__ import annotations

import pickle
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from sklearn.ensemble import HistGradientBoostingRegressor

from conftest import with_envelopes
from deepemg.joint.definition import Joint
from deepemg.pretrain.trees import Samples, as_ensemble, draw_samples, train_trees
from deepemg.reconstruct.boosted_trees import (
    BoostedTrees,
    FittedBoostedTrees,
    read_trees,
    restore_ensembles,
    save_ensembles,
)
from deepemg.reconstruct.nmm.features import NAMES, OF_MUSCLE, SHARED
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.signals.recording import Recording, Trial
from study import few_trees


@pytest.fixture(scope="module")
def samples() -> Samples:
    return draw_samples(2, few_trees())


@pytest.fixture(scope="module")
def fitted(samples: Samples, recording: Recording, tmp_path_factory: pytest.TempPathFactory) -> FittedBoostedTrees:
    path = tmp_path_factory.mktemp("trees") / "trees.pt"
    save_ensembles(train_trees(samples, 2, few_trees()), path)
    return BoostedTrees(weights=str(path)).fit(recording)


def test_a_muscle_is_learnt_where_it_is_hidden(samples: Samples) -> None:
    for place, name in enumerate(SLOTS):
        features, target = samples[name]
        at = len(SHARED) + place * len(OF_MUSCLE)
        assert NAMES[at] == f"{name} observed" and features.shape == (len(target), len(NAMES)) and len(target) > 50
        assert not features[:, at].any()  # its own channel is not observed in any of these samples


def test_hidden_muscles_have_a_band_and_later_samples_change_nothing(
    fitted: FittedBoostedTrees, trials: tuple[Trial, ...]
) -> None:
    trial = trials[1]
    result = fitted.reconstruct(trial)
    hidden = ~trial.is_observed
    assert (result.upper[:, hidden] > result.lower[:, hidden]).all()
    is_late = trial.time_s > trial.time_s[-1] - 0.5
    late = {name: np.where(is_late, 0.0, trial.envelope(name)) for name in trial.observed}
    again = fitted.reconstruct(with_envelopes(trial, late))
    early = trial.time_s < trial.time_s[-1] - 0.6
    slope = 0.02  # one feature is of the whole trial: how much more torque there is than neighbours explain
    assert np.abs(result.mean[early][:, hidden] - again.mean[early][:, hidden]).max() < slope


def test_a_joint_that_the_trees_do_not_know_is_refused(
    fitted: FittedBoostedTrees, trials: tuple[Trial, ...], elbow6: Joint
) -> None:
    unknown = replace(elbow6, muscles=tuple(replace(m, name=m.name + "x") for m in elbow6.muscles))
    others = tuple(replace(trial, muscles=unknown.muscle_names) for trial in trials)
    with pytest.raises(ValueError, match=r"DE-091 joint elbow6: found BIClongx, .*that the weights know") as refused:
        fitted.method.fit(Recording(unknown, others))
    assert "\n" not in str(refused.value)


def test_plain_trees_predict_exactly_what_scikit_learn_predicts(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    features = rng.normal(size=(3000, len(NAMES))).astype(np.float32)
    features[:, 3] = np.round(features[:, 3])  # values that lie on thresholds
    target = np.sin(features[:, 0]) + features[:, 3] * features[:, 7] + 0.1 * rng.normal(size=3000)
    models = {
        name: HistGradientBoostingRegressor(max_iter=count, max_leaf_nodes=leaves, min_samples_leaf=5).fit(
            features, target + place
        )
        for place, (name, count, leaves) in enumerate((("BRA", 40, 31), ("TRImed", 7, 2), ("BRD", 12, 64)))
    }
    ensembles = {name: as_ensemble(model, 0.5) for name, model in models.items()}
    save_ensembles(ensembles, tmp_path / "trees.pt")
    stored = restore_ensembles(torch.load(tmp_path / "trees.pt", weights_only=True)["trees"])
    unseen = 2 * rng.normal(size=(2000, len(NAMES))).astype(np.float32)
    for name, model in models.items():
        for inputs in (features, unseen, unseen.astype(float), unseen[:1], unseen[:0]):
            expected = model.predict(inputs) if len(inputs) else np.zeros(0)
            assert np.array_equal(ensembles[name].predict(inputs), expected)
            assert np.array_equal(stored[name].predict(inputs), expected)
        assert stored[name].sd == 0.5


class Malicious:
    """What a pickle runs when it is read: it would leave a file."""

    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def spoilt_trees(path: Path, **changes: Any) -> None:
    """A file of one muscle with two leaves, or with something else in it."""
    nodes = {"feature": [0, 0, 0], "threshold": [0.0] * 3, "left": [1, 0, 0], "right": [2, 0, 0], "value": [0.0, 1, 2]}
    state = {name: torch.tensor(changes.get(name, values)) for name, values in nodes.items()}
    state["leaf"] = torch.tensor(changes.get("leaf", [False, True, True]))
    roots, baseline = torch.tensor(changes.get("roots", [0])), changes.get("baseline", 0.0)
    trees = {"BRA": {"nodes": state, "roots": roots, "baseline": baseline, "sd": 1.0}}
    torch.save({"trees": trees, "trained_with": {}}, path)


def test_trees_that_lead_to_leaves_are_read(tmp_path: Path) -> None:
    spoilt_trees(tmp_path / "trees.pt")
    assert read_trees(tmp_path / "trees.pt")["trees"]["BRA"].predict(np.array([[-1.0], [1.0]])).tolist() == [1, 2]


SPOILT: dict[str, dict[str, Any]] = {
    "a circle": {"left": [0, 0, 0]},
    "a way out": {"right": [3, 0, 0]},
    "no such feature": {"feature": [10**6, 0, 0]},
    "a root outside": {"roots": [3]},
    "no number": {"value": [0.0, float("nan"), 2]},
    "no baseline": {"baseline": float("inf")},
    "an object as baseline": {"baseline": "x"},
    "fewer leaves": {"leaf": [False, True]},
}


@pytest.mark.parametrize("changes", SPOILT.values(), ids=SPOILT)
def test_trees_that_lead_nowhere_are_refused_and_not_followed(tmp_path: Path, changes: dict[str, Any]) -> None:
    spoilt_trees(tmp_path / "trees.pt", **changes)
    with pytest.raises(ValueError, match="expected trained trees") as refused:
        read_trees(tmp_path / "trees.pt")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("how", ["pickle", "torch", "inside", "joblib's name", "packed"])
def test_nothing_in_a_file_of_trees_is_executed(how: str, tmp_path: Path) -> None:
    path, mark = tmp_path / "trees.pt", tmp_path / "mark"
    match how:
        case "pickle" | "joblib's name":
            path = tmp_path / "trees.joblib" if how != "pickle" else path
            path.write_bytes(pickle.dumps(Malicious(mark), protocol=2))
        case "torch":
            torch.save(Malicious(mark), path)
        case "inside":
            torch.save({"trees": {"BRA": Malicious(mark)}, "trained_with": {}}, path)
        case _:  # what fills the memory: torch itself packs nothing
            with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
                archive.writestr("archive/data.pkl", bytes(10_000_000))
    with pytest.raises(ValueError, match="expected trained trees"):
        read_trees(path)
    assert not mark.exists()


def test_a_tree_of_one_leaf_predicts_it() -> None:
    """Too few samples to divide."""
    features, target = np.random.default_rng(0).normal(size=(30, 4)), np.arange(30.0)
    model = HistGradientBoostingRegressor(min_samples_leaf=20, max_iter=3).fit(features, target)
    assert np.array_equal(as_ensemble(model, 1.0).predict(features), model.predict(features))
