"""Tables that one job leaves for another: Parquet whose pages carry checksums, held against them on reading."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from deepemg.atomic import written_aside
from deepemg.output_digests import DamagedFileError, damaged_file


def write_parquet(table: pd.DataFrame, path: str | Path) -> None:
    """Write a table; it takes its name when it is whole."""
    with written_aside(path) as aside:
        table.to_parquet(aside, write_page_checksum=True)


def read_parquet(path: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """The table, or these columns of it.

    Raises FileNotFoundError, and DamagedFileError where it cannot be read or a page is not what was written.
    """
    wanted = None if columns is None else list(columns)
    try:
        return pd.read_parquet(path, columns=wanted, page_checksum_verification=True)
    except FileNotFoundError:
        raise
    except Exception as error:  # Arrow and Thrift tell in many ways what a file is not
        found = str(error).splitlines()[0] if str(error) else type(error).__name__
        told = damaged_file(path, f"a damaged table ({found})", "the table that was written")
        raise DamagedFileError(told) from error
