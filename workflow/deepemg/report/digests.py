"""Digests of what a release was made from and of the fits in it, so that a changed byte is found and named."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from deepemg.atomic import written_aside
from deepemg.digest import file_digest, folder_digest
from deepemg.report.released_tables import fits_of, read_cells

FILE = "digests.csv"
WEIGHTS = "weights"  # folder of the fits in a release: weights/<subject>/<load>/<method>


def trained_weights(config: Mapping[str, Any]) -> list[str]:
    """Files trained once for all subjects that the methods of a study rest on, by its configuration."""
    fit = config["fit_method"]
    settings = [fit.get("settings", {}).get(method, {}) for method in fit["methods"]]
    return list(dict.fromkeys(some["weights"] for some in settings if some.get("weights")))


def digests(config: Mapping[str, Any], released: Path) -> dict[str, str]:
    """By path: of each subject's folder, of the trained weights, and of each fit (path in `released`)."""
    subjects = read_cells(released / "tables" / "subjects.csv")["subject"]
    found = {f"{config['data']}/{name}": folder_digest(Path(config["data"]) / name) for name in subjects}
    files = {name: Path(name) for name in trained_weights(config)}
    files |= {name: released / name for fit in fits_of(released / "tables") if (name := "/".join((WEIGHTS, *fit)))}
    return found | {name: file_digest(path) if path.is_file() else "no such file" for name, path in files.items()}


def write_digests(config: Mapping[str, Any], released: Path) -> None:
    """Keep the digests of a release in it."""
    found = digests(config, released)
    with written_aside(released / FILE) as aside:
        pd.DataFrame({"file": found.keys(), "digest": found.values()}).to_csv(aside, index=False)


def changed_files(config: Mapping[str, Any], released: Path) -> list[str]:
    """One line for each file that is no longer what it was at the release: file, found, expected, fix."""
    kept = read_cells(released / FILE).set_index("file")["digest"]
    found = digests(config, released)
    none = "none, for no row of a table"
    return [
        f"{file}: found digest {found.get(file, none)}; expected {kept.get(file, none)}. "
        f"Fix: {_fix(file, config, released)}"
        for file in dict.fromkeys([*kept.index, *found])
        if found.get(file) != kept.get(file)
    ]


def _fix(file: str, config: Mapping[str, Any], released: Path) -> str:
    """How the file comes back as it was released."""
    folders = {config["data"]: config["data"], WEIGHTS: released / WEIGHTS}
    tracked = next((path for name, path in folders.items() if file.startswith(f"{name}/")), file)
    return f"dvc checkout --force {tracked}.dvc"
