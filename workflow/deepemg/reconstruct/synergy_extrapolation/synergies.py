"""Synergies of observed envelopes, by non-negative matrix factorisation or by principal components."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from deepemg.settings import settings_dataclass


@settings_dataclass
class SynergySettings:
    """How synergies are found in the observed envelopes."""

    factorisation: Literal["nmf", "pca"] = Field(
        default="nmf",
        description="nmf, or pca with an offset as in SynX (Ao 2020 found it more accurate with few channels).",
    )
    n_synergies: Annotated[int, Field(ge=1, le=4)] | Literal["vaf"] = Field(
        default=2,
        description="Number of synergies k, or the number of observed muscles where that is smaller; 2 (a flexor and "
        "an extensor one) reaches VAF 0.99 on four channels. vaf = the fewest that reach least_vaf and "
        "least_channel_vaf.",
    )
    least_vaf: float = Field(
        default=0.9,
        ge=0,
        le=1,
        description="1. Share of the sum of squares of all envelopes that the fewest synergies must explain; 0.9 is "
        "classical.",
    )
    least_channel_vaf: float = Field(default=0.75, ge=0, le=1, description="1. The same for each channel.")
    restarts: int = Field(
        default=20, ge=1, le=1000, description="NMF runs from random starts, of which the best counts."
    )


@dataclass(frozen=True)
class Synergies:
    """`components` (k, n_observed) of the envelopes over `scale` (n_observed,), less `centre` (n_observed,).

    `vaf` is the uncentred share of the envelopes' sum of squares that they explain.
    """

    kind: Literal["nmf", "pca"]
    scale: np.ndarray
    centre: np.ndarray
    components: np.ndarray
    vaf: float

    def commands(self, envelopes: np.ndarray) -> np.ndarray:
        """Commands (T, k) of envelopes (T, n_observed); with PCA a last column of ones carries the offset.

        NMF: non-negative least squares, sample by sample; PCA: scores.
        """
        scaled = np.maximum(envelopes, 0) / self.scale - self.centre
        if self.kind == "pca":
            return np.column_stack([scaled @ self.components.T, np.ones(len(scaled))])
        from scipy.optimize import nnls

        return np.array([nnls(self.components.T, row)[0] for row in scaled])

    def envelopes(self, commands: np.ndarray) -> np.ndarray:
        """What the commands say of the observed envelopes (T, n_observed)."""
        return (commands[:, : len(self.components)] @ self.components + self.centre) * self.scale


def extract(envelopes: np.ndarray, settings: SynergySettings, *, seed: int) -> Synergies:
    """Synergies of pooled envelopes (T, n_observed); each channel counts as a share of its own maximum.

    `n_synergies` is a number (the number of channels where there are fewer) or "vaf": the fewest whose VAF reaches
    `least_vaf` in all and `least_channel_vaf` in every channel.
    """
    positive = np.maximum(envelopes, 0)
    scale = np.maximum(positive.max(axis=0), np.finfo(float).tiny)
    channels = envelopes.shape[1]
    wanted = settings.n_synergies
    tried = range(1, channels + 1) if wanted == "vaf" else [min(int(wanted), channels)]
    for count in tried:
        found = FACTORISE[settings.factorisation](positive / scale, count, settings.restarts, seed)
        synergies = Synergies(settings.factorisation, scale, *found)
        if _vaf_by_channel(synergies, positive, settings):
            break
    return synergies


def _vaf_by_channel(synergies: Synergies, envelopes: np.ndarray, settings: SynergySettings) -> bool:
    """Whether the synergies explain enough, in all and in every channel that is not silent."""
    errors = envelopes - synergies.envelopes(synergies.commands(envelopes))
    power = np.sum(envelopes**2, axis=0)
    heard = power > np.finfo(float).tiny
    shares = 1 - np.sum(errors[:, heard] ** 2, axis=0) / power[heard]
    return bool(synergies.vaf >= settings.least_vaf and (shares >= settings.least_channel_vaf).all())


Factors = tuple[np.ndarray, np.ndarray, float]


def nmf(envelopes: np.ndarray, count: int, restarts: int, seed: int) -> Factors:
    """Best of several runs: no centre, synergies (count, n) whose rows add up to one, and the uncentred VAF."""
    from sklearn.decomposition import NMF

    runs = []
    for restart in range(restarts):
        model = NMF(count, init="random", random_state=seed + restart, tol=1e-6, max_iter=2000)
        commands = model.fit_transform(envelopes)
        runs.append((float(np.sum((envelopes - commands @ model.components_) ** 2)), model.components_))
    error, synergies = min(runs, key=lambda run: run[0])
    total = synergies.sum(axis=1, keepdims=True)
    centre = np.zeros(envelopes.shape[1])
    return centre, synergies / np.where(total > 0, total, 1), 1 - error / float(np.sum(envelopes**2))


def pca(envelopes: np.ndarray, count: int, restarts: int, seed: int) -> Factors:
    """Mean, principal components (count, n) and the uncentred VAF; nothing is random here."""
    from sklearn.decomposition import PCA

    model = PCA(count, svd_solver="full")
    errors = envelopes - model.inverse_transform(model.fit_transform(envelopes))
    return model.mean_, model.components_, 1 - float(np.sum(errors**2)) / float(np.sum(envelopes**2))


FACTORISE = {"nmf": nmf, "pca": pca}
