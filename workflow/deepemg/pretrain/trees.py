"""Boosted trees of all muscles, trained on the virtual subjects of `nmm`'s networks, with the same channels hidden."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingRegressor
from tqdm import tqdm

from deepemg.pretrain.examples import make_examples
from deepemg.pretrain.training import read_settings
from deepemg.pretrain.tree_settings import TreeTraining
from deepemg.pretrain.virtual.draws import Draws, read_assumptions
from deepemg.reconstruct.boosted_trees import TreeEnsemble
from deepemg.reconstruct.nmm.nominal_joint import NominalJoint
from deepemg.reconstruct.nmm.slots import SLOTS

TRIALS, SAMPLES, CHUNK = 3, 100, 256
VALIDATION = 0.1  # share of the samples that give the spread of the residual

Samples = dict[str, tuple[np.ndarray, np.ndarray]]


def draw_samples(seed: int, settings: TreeTraining) -> Samples:
    """By muscle: features (n, features) and targets (n,) of samples in which the muscle is hidden."""
    draws, nominal, assumptions, masks = Draws(seed), NominalJoint(), read_assumptions(), read_settings()["masks"]
    features: dict[str, list[np.ndarray]] = {name: [] for name in SLOTS}
    targets: dict[str, list[np.ndarray]] = {name: [] for name in SLOTS}
    for _ in tqdm(range(settings.chunks), "virtual subjects", unit="chunk"):
        e = make_examples(draws, CHUNK, TRIALS, SAMPLES, assumptions=assumptions, masks=masks, nominal=nominal)
        shape = (CHUNK, TRIALS, SAMPLES, len(SLOTS))
        count = TRIALS * SAMPLES * len(SLOTS)
        target, hidden = (value[:, :count].reshape(shape).flatten(1, 2) for value in (e.target, e.counts))
        chosen = torch.rand(hidden.shape[:2], generator=draws.generator) < settings.samples / (TRIALS * SAMPLES)
        for place, name in enumerate(SLOTS):
            rows = hidden[..., place] & chosen
            features[name].append(e.movements.flatten(1, 2)[rows].numpy())
            targets[name].append(target[..., place][rows].numpy())
    return {name: (np.concatenate(features[name]), np.concatenate(targets[name])) for name in SLOTS}


def train_trees(samples: Samples, seed: int, settings: TreeTraining) -> dict[str, TreeEnsemble]:
    """By muscle: the trees, and the standard deviation of what they miss on samples that they were not trained on."""
    ensembles = {}
    for name, (features, target) in tqdm(samples.items(), "trees", unit="muscle"):
        kept = round((1 - VALIDATION) * len(target))
        model = HistGradientBoostingRegressor(
            random_state=seed,
            early_stopping=False,
            max_iter=settings.max_iter,
            learning_rate=settings.learning_rate,
            max_leaf_nodes=settings.max_leaf_nodes,
            l2_regularization=settings.l2_regularization,
            min_samples_leaf=settings.min_samples_leaf,
        )
        model.fit(features[:kept], target[:kept])
        missed = target[kept:] - model.predict(features[kept:])
        ensembles[name] = as_ensemble(model, float(np.sqrt(np.mean(missed**2))))
    return ensembles


def as_ensemble(model: Any, sd: float) -> TreeEnsemble:
    """The trees of a fitted HistGradientBoostingRegressor as plain arrays, which nothing has to be executed to read."""
    trees = [predictors[0].nodes for predictors in model._predictors]
    roots = np.cumsum([0, *(len(tree) for tree in trees)])[:-1]
    nodes = np.concatenate(trees)
    shift = np.repeat(roots, [len(tree) for tree in trees])
    columns = {
        "feature": nodes["feature_idx"].astype(np.int64),
        "threshold": nodes["num_threshold"].astype(float),
        "left": nodes["left"].astype(np.int64) + shift,
        "right": nodes["right"].astype(np.int64) + shift,
        "value": nodes["value"].astype(float),
        "leaf": nodes["is_leaf"].astype(bool),
    }
    return TreeEnsemble(columns, roots.astype(np.int64), float(model._baseline_prediction.item()), sd)
