"""Damaged texts for tests: sound ones to spoil, and what reading them says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from deepemg.audit.fuzz_files import sound_texts
from deepemg.audit.fuzz_text import Text, rows_of, times, values
from deepemg.recordings.extract import extract
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import open_file
from deepemg.recordings.signal import WHOLE, Part, Signal

TEXTS = sound_texts()
CLOCK = Text("time,bic,tri", rows_of([times(), values(1), values(2)]))


def write(folder: Path, text: Text, **changes: object) -> Path:
    path = folder / f"a{text.suffix}"
    path.write_bytes(replace(text, **changes).encode())  # type: ignore[arg-type]
    return path


def read(path: Path, column: str, *, rate_hz: float | None = 100.0, part: Part = WHOLE) -> Signal:
    return extract(open_file(path), column, rate_hz=rate_hz, part=part)


def refused(path: Path, column: str = "#2", *, rate_hz: float | None = 100.0, part: Part = WHOLE) -> str:
    with pytest.raises(RecordingError) as caught:
        read(path, column, rate_hz=rate_hz, part=part)
    assert len(str(caught.value)) < 2000
    return str(caught.value)


def changed(rows: Sequence[str], place: int, *new: str) -> tuple[str, ...]:
    """Rows with others in the place of one."""
    return (*rows[:place], *new, *rows[place + 1 :])
