"""A study of copies of the short subject, run with `profiles/slurm`."""

from __future__ import annotations

import shutil
from pathlib import Path

import yaml

from study import Study, spoil

PROFILE = ("--profile", "profiles/slurm")
COPY = ("--config", "fit_method={methods: [copy]}")


class SlurmStudy(Study):
    """`subjects` copies of the subject of `.test/data`, named S1, S2, ..."""

    def __init__(self, folder: Path, root: Path, subjects: int):
        super().__init__(folder, root)
        for name in [f"S{number}" for number in range(1, subjects + 1)]:
            shutil.copytree(root / ".test" / "data" / "S1", folder / "data" / name)
            if name != "S1":
                spoil(folder / "data" / name / "subject.yaml", "id: S1\n", f"id: {name}\n")

    def with_profile(self, *arguments: str) -> list[str]:
        """The command of a run on Slurm."""
        return [str(self.python), "-m", "snakemake", *PROFILE, *arguments]

    def without_groups(self) -> None:
        """From now on every job of the workflow is a Slurm job."""
        path = self.folder / "profiles" / "slurm" / "config.yaml"
        profile = yaml.safe_load(path.read_text())
        del profile["groups"]
        path.write_text(yaml.safe_dump(profile))
