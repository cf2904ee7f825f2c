"""`deepemg fetch`: what DVC keeps inside the repository, where it is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

NAME = "fetch"
EMBEDDED = [Path("data"), Path("resources/nmm.pt")]


def main(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Files and folders with a .dvc beside; default: subjects and weights.")
    ] = None,
) -> None:
    """Bring the embedded subjects and the trained weights; a run does so itself. What is there stays as it is.

    Example: `deepemg fetch resources/network-1.trunk`
    """
    from deepemg.study.embedded import fetch_embedded

    for path in paths or EMBEDDED:
        if not path.exists() and not Path(f"{path}.dvc").exists():
            raise FileNotFoundError(f"{path}: found neither it nor {path}.dvc; expected one of them")
        fetch_embedded(path)
