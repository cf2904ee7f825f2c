"""Boosted trees of all muscles, trained on the same virtual subjects as `nmm`, with the same channels hidden."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import torch
from sklearn.ensemble import HistGradientBoostingRegressor
from tqdm import tqdm

from deepemg.files import written_aside
from deepemg.reconstruct.nmm.examples import make_examples
from deepemg.reconstruct.nmm.features import SLOTS, NominalArm
from deepemg.reconstruct.nmm.training import read_settings
from deepemg.reconstruct.nmm.virtual.draws import Draws, read_assumptions

TRIALS, SAMPLES, CHUNK = 3, 100, 256
TOLD = 0.1  # share of the samples that tell the spread of the residual

Samples = dict[str, tuple[np.ndarray, np.ndarray]]


def draw_samples(seed: int, settings: Mapping[str, Any]) -> Samples:
    """By muscle: features (n, FEATURES) and log ratios (n,) of samples in which the muscle is hidden."""
    draws, arm, assumptions, masks = Draws(seed), NominalArm(), read_assumptions(), read_settings()["masks"]
    features: dict[str, list[np.ndarray]] = {name: [] for name in SLOTS}
    targets: dict[str, list[np.ndarray]] = {name: [] for name in SLOTS}
    for _ in tqdm(range(settings["chunks"]), "virtual subjects", unit="chunk"):
        e = make_examples(draws, CHUNK, TRIALS, SAMPLES, assumptions=assumptions, masks=masks, arm=arm)
        shape = (CHUNK, TRIALS, SAMPLES, len(SLOTS))
        count = TRIALS * SAMPLES * len(SLOTS)
        target, hidden = (value[:, :count].reshape(shape).flatten(1, 2) for value in (e.target, e.counts))
        chosen = torch.rand(hidden.shape[:2], generator=draws.generator) < settings["samples"] / (TRIALS * SAMPLES)
        for place, name in enumerate(SLOTS):
            rows = hidden[..., place] & chosen
            features[name].append(e.movements.flatten(1, 2)[rows].numpy())
            targets[name].append(target[..., place][rows].numpy())
    return {name: (np.concatenate(features[name]), np.concatenate(targets[name])) for name in SLOTS}


def train(samples: Samples, seed: int, settings: Mapping[str, Any]) -> dict[str, tuple[Any, float]]:
    """By muscle: the trees, and the standard deviation of what they miss on subjects that they were not trained on."""
    models = {}
    for name, (features, target) in samples.items():
        kept = round((1 - TOLD) * len(target))
        model = HistGradientBoostingRegressor(random_state=seed, early_stopping=False, **settings["boosting"])
        model.fit(features[:kept], target[:kept])
        missed = target[kept:] - model.predict(features[kept:])
        models[name] = (model, float(np.sqrt(np.mean(missed**2))))
    return models


def save(models: Mapping[str, tuple[Any, float]], path: Path) -> None:
    """A pickle by joblib: made on this machine, and to be read only by who made it."""
    with written_aside(path) as aside:
        joblib.dump(dict(models), aside)
