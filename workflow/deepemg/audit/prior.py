"""`python -m deepemg.audit.prior`: the networks of `nmm` in one file, their bands scaled on development cohorts.

Bands are right on virtual subjects by training; subjects made by other engines are missed by more or by less. The 90 %
quantile of their misses, in half widths of the band, is what the bands are scaled by: one number for flexors, one for
extensors.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml
from tqdm import tqdm

from deepemg.arm.definition import Arm
from deepemg.audit.pipeline import Config, process_subject
from deepemg.reconstruct.contract import Reconstruction
from deepemg.reconstruct.nmm import fit
from deepemg.reconstruct.nmm.ensemble import Ensemble
from deepemg.reconstruct.nmm.features import ARM, OFFSET, SLOTS
from deepemg.reconstruct.nmm.scales import ParameterScale
from deepemg.reconstruct.nmm.training import load
from deepemg.reconstruct.nmm.virtual.draws import read_assumptions
from deepemg.reconstruct.nmm.virtual.simulate import simulate
from deepemg.reconstruct.variants import variant_settings

COVERAGE = 0.9
VIRTUAL = 2048  # subjects that tell the spread of the parameters
Judged = tuple[Arm, Reconstruction, pd.DataFrame]


def misses(arm: Arm, found: Reconstruction, truth: pd.DataFrame) -> dict[str, np.ndarray]:
    """By action of the hidden muscles: distance of the truth from the band's middle, in half widths, of logarithms."""
    result: dict[str, list[np.ndarray]] = {}
    for muscle in (name for name in found.muscles if name in truth):
        place, offset = found.muscles.index(muscle), float(OFFSET[SLOTS.index(muscle)])
        low, high, true = (
            np.log(values + offset)
            for values in (found.lower[:, place], found.upper[:, place], truth[muscle].to_numpy())
        )
        result.setdefault(arm.muscle(muscle).action, []).append(np.abs(true - (low + high) / 2) / ((high - low) / 2))
    return {action: np.concatenate(values) for action, values in result.items()}


def judged(cohort: Path, config: Config, settings: dict[str, Any]) -> Iterator[Judged]:
    """Test trials of a cohort: arm, reconstruction, truth."""
    for folder in tqdm(sorted(cohort.glob("S*")), desc=cohort.name, file=sys.stderr):
        subject = process_subject(folder, config)
        training = [trial for trial in subject.trials if trial.split == "train"]
        fitted = fit(training, subject.arm, seed=config["seed"], settings=settings)
        for trial in (trial for trial in subject.trials if trial.split == "test"):
            truth = subject.held_out[subject.held_out["trial"] == trial.name]
            yield subject.arm, fitted.reconstruct(trial), truth


def virtual_spread() -> torch.Tensor:
    """Standard deviation (P,) of the parameters over virtual subjects, on the scale of ParameterScale."""
    scale, assumptions = ParameterScale(), read_assumptions()
    subjects = simulate(0, subjects=VIRTUAL, trials=1, samples=8, curves="de_groote", assumptions=assumptions)
    return scale.deviation(subjects.parameters).clamp(-4, 4).std(0)


def main() -> None:
    """Assemble, scale, save."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("networks", type=Path, nargs="+")
    parser.add_argument("--cohorts", type=Path, nargs="+", required=True)
    parser.add_argument("--config", type=Path, default=Path("config/config.yaml"))
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    networks, spread = tuple(load(path) for path in options.networks), virtual_spread()
    Ensemble(networks, spread, {"flexor": 1.0, "extensor": 1.0}).save(options.out)
    config = yaml.safe_load(options.config.read_text())
    settings = variant_settings(config["fit_method"], "nmm") | {"prior": str(options.out)}
    pooled: dict[str, list[np.ndarray]] = {}
    for cohort in options.cohorts:
        for one in judged(cohort, config, settings):
            for action, values in misses(*one).items():
                pooled.setdefault(action, []).append(values)
    scale = {action: float(np.quantile(np.concatenate(values), COVERAGE)) for action, values in pooled.items()}
    print(f"bands of {ARM} scaled by {scale}")
    Ensemble(networks, spread, scale).save(options.out)


if __name__ == "__main__":
    main()
