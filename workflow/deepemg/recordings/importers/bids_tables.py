"""Tables and side files of a BIDS data set: which of them a recording's name inherits, and what they say."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

from deepemg.recordings.importers.draft import refusal
from deepemg.recordings.readers.text import read_lines

NONE = ("", "n/a")
Row = dict[str, str]


def read_tsv(path: Path) -> list[Row]:
    """Rows of a tab separated table by the names in its first line; cells that say n/a are left out."""
    rows = csv.DictReader(read_lines(path), delimiter="\t", restkey="")
    return [
        {
            key.strip(): cell.strip()
            for key, cell in row.items()
            if key and cell is not None and cell.strip() not in NONE
        }
        for row in rows
    ]


def read_json(path: Path) -> dict[str, Any]:
    """Keys of a side file. Raises RecordingError where it is no JSON."""
    try:
        found = json.loads("\n".join(read_lines(path)))
    except ValueError as error:
        raise refusal(path, f"no JSON ({type(error).__name__})", "a BIDS side file", "correct it") from None
    return found if isinstance(found, dict) else {}


def entities(path: Path) -> dict[str, str]:
    """`sub-01_task-curl_run-2_emg.edf` as sub: 01, task: curl, run: 2."""
    parts = path.name.split(".")[0].split("_")
    return {key: value for key, _, value in (part.partition("-") for part in parts) if value}


def beside(path: Path, suffix: str, root: Path) -> Path | None:
    """The side file that ends so and belongs to a recording: the one of its own name, or the nearest it inherits.

    Such a file stands in the same folder or above it, and has no entity that the recording has not.
    """
    own = entities(path)
    folder = path.parent
    while True:
        fitting = [other for other in folder.glob(f"*{suffix}") if entities(other).items() <= own.items()]
        if fitting:
            return max(fitting, key=lambda other: len(entities(other)))
        if folder in (root, folder.parent):
            return None
        folder = folder.parent


def channels_of(path: Path, root: Path) -> list[Row]:
    """Rows of the channels.tsv of a recording."""
    table = beside(path, "_channels.tsv", root)
    return read_tsv(table) if table else []


def rate_of(path: Path, root: Path, rows: list[Row]) -> float | None:
    """Sampling rate (Hz) that channels.tsv says of these channels, or else the side file."""
    side = beside(path, f"_{path.name.split('.')[0].rpartition('_')[2]}.json", root)
    said = [row["sampling_frequency"] for row in rows if "sampling_frequency" in row]
    value = said[0] if said else (read_json(side) if side else {}).get("SamplingFrequency")
    try:
        return float(value) if value is not None else None
    except (TypeError, ValueError):
        return None
