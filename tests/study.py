"""A small and quick copy of the project in a temporary folder, with an environment of its own: the real workflow."""

from __future__ import annotations

import shutil
import subprocess
import sysconfig
import venv
from pathlib import Path

import torch
import yaml

from deepemg.pretrain.tree_settings import TreeTraining
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.density_estimator import DensityEstimator, Shape
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.trained_with import TrainedWith

SOURCES = ("Snakefile", "workflow", "profiles", "envs", "config", "resources")

FEW_TREES = {"chunks": 1, "samples": 4, "max_iter": 3, "max_leaf_nodes": 7, "min_samples_leaf": 20}


def few_trees() -> TreeTraining:
    """Trees that are made in seconds, and learn little."""
    return TreeTraining(**FEW_TREES)


def untrained_weights(path: Path) -> Path:
    """Weights of one small network that has learnt nothing: quick, and enough where no result is judged."""
    torch.manual_seed(0)
    count = len(ParameterScale().scheme)
    network = DensityEstimator(Shape(n_parameters=count, width=16, heads=2, layers=1, rank=2)).eval()
    path.parent.mkdir(parents=True, exist_ok=True)
    scale = {"flexor": 1.0, "extensor": 1.0}
    AmortisedPosterior((network,), torch.ones(count), scale, TrainedWith.now()).save(path)
    return path


def own_environment(folder: Path) -> Path:
    """Python of an environment that has this one's packages, and the library of the project in `folder`."""
    venv.create(folder / ".venv", with_pip=False, symlinks=True)
    (packages,) = (folder / ".venv" / "lib").glob("python*/site-packages")
    lines = [str(folder / "workflow"), sysconfig.get_path("purelib")]  # what an editable install writes, and the rest
    (packages / "deepemg.pth").write_text("\n".join(lines) + "\n")
    return folder / ".venv" / "bin" / "python"


class Study:
    """`folder` holds the sources and `data`; `run` calls Snakemake there."""

    def __init__(self, folder: Path, root: Path):
        self.folder = folder
        folder.mkdir(exist_ok=True)
        for name in SOURCES:
            source, target = root / name, folder / name
            if source.is_dir():
                unwanted = shutil.ignore_patterns("__pycache__", "*.pt", "*.dvc")
                shutil.copytree(source, target, symlinks=True, ignore=unwanted)
            else:
                shutil.copy(source, target)
        self.python = own_environment(folder)
        untrained_weights(folder / "resources" / "nmm.pt")
        path = folder / "config" / "comparison.yaml"
        config = yaml.safe_load(path.read_text())
        config["fit_method"]["settings"] |= {
            "mse": {"restarts": 2},
            "nmm-paper": {"epochs": 15, "width": 16, "layers": 1},
        }
        config["train_trees"] = FEW_TREES
        path.write_text(yaml.safe_dump(config))

    def command(self, *arguments: str) -> list[str]:
        return [str(self.python), "-m", "snakemake", "--cores", "2", *arguments]

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
