"""Write a file aside and rename it, so that nothing half-written ever stands under a final name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def written_aside(path: str | Path) -> Iterator[Path]:
    """Path to write to; it takes the final name when the block ends well, and goes away when it does not."""
    final = Path(path)
    aside = final.with_name(f".{final.name}.{os.getpid()}.part")
    try:
        yield aside
        os.replace(aside, final)
    finally:
        aside.unlink(missing_ok=True)
