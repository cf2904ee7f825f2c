"""Files that are the same, byte for byte, whenever and under whatever name they are written."""

from __future__ import annotations

import gzip
import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.atomic import written_aside


def write_table(path: Path, header: Sequence[str], values: np.ndarray, form: str | Sequence[str]) -> None:
    """Write a gzipped CSV that is the same, byte for byte, whenever and under whatever name it is written."""
    text = io.StringIO()
    np.savetxt(text, values, fmt=form, delimiter=",", header=",".join(header), comments="")
    packed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=packed, mtime=0) as stream:
        stream.write(text.getvalue().encode())
    write_bytes(path, packed.getvalue())


def write_csv(path: Path, table: pd.DataFrame) -> None:
    """Write a small table as plain CSV."""
    write_bytes(path, table.to_csv(index=False, lineterminator="\n").encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file aside and rename it; makes its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with written_aside(path) as aside:
        aside.write_bytes(content)
