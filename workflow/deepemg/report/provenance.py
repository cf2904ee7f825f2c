"""Where a page or a release comes from: commit, data, weights, settings, software, machine and time."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deepemg.digest import file_digest, folder_digest
from deepemg.report.versions import versions

PLACES = ("data", "recordings", "results", "subjects")  # keys of the configuration that are no settings
PUBLISHED = "results/released"


def provenance(config: Mapping[str, Any], data: Path, weights: Iterable[Path] = ()) -> dict[str, str]:
    """What one must know to make the same again, by name.

    `config` is the whole configuration of the study, `data` its folder of subjects, `weights` the trained weights it
    took. Digests are those of DVC, so that they can be held against data.dvc and <weights>.dvc.
    """
    rows = {"data (DVC)": folder_digest(data)}
    if recordings := config.get("recordings"):  # signal files that do not lie in the subject folders
        rows["recordings (DVC)"] = folder_digest(Path(recordings))
    rows |= {f"{path.name} (DVC)": file_digest(path) for path in weights}
    rows |= {"settings (SHA-256)": config_digest(config), "seed": str(config.get("seed", "none"))}
    return rows | made_by()


def made_by() -> dict[str, str]:
    """Commit, date, machine and software, by name."""
    rows = {"commit": commit(), "date": made_at().strftime("%Y-%m-%d %H:%M UTC"), "machine": machine()}
    return rows | versions()


def commit(folder: Path = Path()) -> str:
    """The commit of the checkout, and whether its tracked files were changed since; outside git, that.

    Published files do not count: a publication that was killed and made again is the same.
    """
    try:
        head = _git(folder, "rev-parse", "HEAD")
        changed = _git(folder, "status", "--porcelain", "--untracked-files=no", "--", ".", f":!{PUBLISHED}")
    except (OSError, subprocess.CalledProcessError):
        return "unknown (no git checkout)"
    return head + (" and changes since" if changed else "")


def _git(folder: Path, *arguments: str) -> str:
    command = ["git", "-C", str(folder), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def config_digest(config: Mapping[str, Any]) -> str:
    """SHA-256 of the settings, whatever their order and wherever the folders lie."""
    settings = {key: value for key, value in config.items() if key not in PLACES}
    return hashlib.sha256(json.dumps(settings, sort_keys=True, default=str).encode()).hexdigest()


def made_at() -> datetime:
    """Now, or what SOURCE_DATE_EPOCH says where a build has to be the same twice."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    return datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime.now(UTC)


def machine() -> str:
    """System, processor and number of cores; no name of the computer or its user."""
    return f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} cores"
