"""What a file or a folder is, in 32 letters: its digest as DVC writes it, so that it can be held against <name>.dvc."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path


def file_digest(path: str | Path) -> str:
    """MD5 of a file's content."""
    with Path(path).open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def folder_digest(folder: Path) -> str:
    """DVC's digest of a folder as it lies there now: that of <folder>.dvc where nothing was changed or added."""
    files = sorted((path.relative_to(folder).parts, path) for path in folder.rglob("*") if path.is_file())
    listing = [{"md5": file_digest(path), "relpath": "/".join(parts)} for parts, path in files]
    return hashlib.md5(json.dumps(listing, sort_keys=True).encode(), usedforsecurity=False).hexdigest() + ".dir"
