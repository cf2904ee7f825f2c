"""`python -m deepemg.audit.prior`: the networks of `nmm` in one file, their bands scaled (band_scale.py)."""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
import yaml

from deepemg.audit.band_scale import band_scale, cohort_misses, stress_misses
from deepemg.reconstruct.nmm.ensemble import Ensemble, read_ensemble
from deepemg.reconstruct.nmm.features import ARM
from deepemg.reconstruct.nmm.scales import ParameterScale
from deepemg.reconstruct.nmm.training import load
from deepemg.reconstruct.nmm.virtual.draws import read_assumptions
from deepemg.reconstruct.nmm.virtual.simulate import simulate
from deepemg.reconstruct.variants import variant_settings

VIRTUAL = 2048  # subjects that tell the spread of the parameters


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
    trials = [trial for cohort in options.cohorts for trial in cohort_misses(cohort, config, settings)]
    scale = band_scale(trials, stress_misses(read_ensemble(options.out)))
    print(f"bands of {ARM} scaled by {scale}")
    Ensemble(networks, spread, scale).save(options.out)


if __name__ == "__main__":
    main()
