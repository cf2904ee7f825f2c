"""A copy of the project's sources in a temporary folder, small and quick, to run the real workflow in."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import torch
import yaml

from deepemg.reconstruct.nmm.amortised_posterior import Ensemble
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator, Shape
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale

SOURCES = ("Snakefile", "workflow", "profiles", "envs", "config")

FEW_LEAVES = {"learning_rate": 0.1, "max_leaf_nodes": 7, "l2_regularization": 5}
FEW_TREES = {"chunks": 1, "samples": 4, "boosting": {"max_iter": 3, "min_samples_leaf": 20, **FEW_LEAVES}}


def untrained_prior(path: Path) -> Path:
    """A prior of one small network that has learnt nothing: quick, and enough where no result is judged."""
    torch.manual_seed(0)
    count = len(ParameterScale().scheme)
    network = DensityEstimator(Shape(n_parameters=count, width=16, heads=2, layers=1, rank=2)).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    Ensemble((network,), torch.ones(count), {"flexor": 1.0, "extensor": 1.0}).save(path)
    return path


class Study:
    """`folder` holds the sources and `data`; `run` calls Snakemake there."""

    def __init__(self, folder: Path, root: Path):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        for name in SOURCES:
            source, target = root / name, folder / name
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        path = folder / "config" / "config.yaml"
        config = yaml.safe_load(path.read_text())
        config["fit_method"]["mse"]["restarts"] = 2
        untrained_prior(folder / config["fit_method"]["nmm"]["prior"])
        config["fit_method"]["nmm-paper"] |= {"epochs": 15, "width": 16, "layers": 1}
        config["fit_method"]["trees"] |= FEW_TREES
        path.write_text(yaml.safe_dump(config))

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]

    def run(self, *arguments: str, check: bool = True) -> str:
        """Output of `snakemake --cores 2 <arguments>`; raises with it where the run fails and `check` is set."""
        done = subprocess.run(self.command(*arguments), cwd=self.folder, capture_output=True, text=True)
        output = done.stdout + done.stderr
        assert done.returncode == 0 or not check, output[-6000:]
        return output

    def planned(self, *arguments: str) -> dict[str, int]:
        """Jobs that a dry run lists, by rule."""
        counts = {}
        lines = iter(self.run("all", "--dry-run", *arguments).splitlines())
        for line in lines:
            if line.startswith("---"):
                for row in lines:
                    if not row.strip():
                        return counts
                    rule, count = row.split()[:2]
                    counts[rule] = int(count)
        return counts


def spoil(path: Path, old: str, new: str) -> None:
    """Replace text in a file; the text must be there."""
    text = path.read_text()
    assert old in text, f"{old!r} is not in {path}"
    path.write_text(text.replace(old, new, 1))
