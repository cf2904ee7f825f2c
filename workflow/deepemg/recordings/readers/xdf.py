"""XDF, which LabRecorder (Lab Streaming Layer) writes: streams of several devices, brought to one clock by pyxdf."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyxdf

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.text import read_bytes, unreadable

NAME = "xdf"
MAGIC = b"XDF:"


class Faults(logging.Handler):
    """Counts what pyxdf only tells its log: that it skipped a part of the file."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.count += record.levelno >= logging.ERROR


def recognises(head: bytes, path: Path) -> bool:
    """By its first four bytes."""
    return head[:4] == MAGIC


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """For each stream of numbers its clock (s after the earliest begins), then `<stream>: <label>` of each channel.

    Raises RecordingError where a part of the file is damaged or missing, or no stream holds numbers.
    """
    content = read_bytes(path)
    faults, log = Faults(), logging.getLogger("pyxdf")
    log.addHandler(faults)
    log.propagate, before = False, log.propagate
    try:
        streams = [s for s in pyxdf.load_xdf(BytesIO(content))[0] if _is_whole(s) and len(s["time_stamps"]) > 1]
        start_s = min((float(stream["time_stamps"][0]) for stream in streams), default=0.0)
        columns = tuple(column for stream in streams for column in _columns(stream, start_s))
    except Exception as error:  # pyxdf trusts what the file says of itself, and fails anywhere
        raise RecordingError([unreadable(path, "damaged streams")]) from error
    finally:
        log.removeHandler(faults)
        log.propagate = before
    if faults.count:
        raise RecordingError([unreadable(path, "a part of its streams is missing")])
    if not columns:
        fix = "record the signals as streams of numbers, or export CSV"
        raise RecordingError([Problem("DE-051", str(path), "no stream of numbers", "a stream of samples", fix)])
    return Contents(path, columns)


def _is_whole(stream: dict[str, Any]) -> bool:
    """Whether a stream is of numbers. Raises ValueError where it has not the samples that its end counts."""
    said = ((stream.get("footer") or {}).get("info") or {}).get("sample_count")
    if said and int(said[0]) != len(stream["time_stamps"]):
        raise ValueError("samples are missing")
    return isinstance(stream["time_series"], np.ndarray) and stream["time_series"].dtype.kind in "fiu"


def _columns(stream: dict[str, Any], start_s: float) -> Iterator[Column]:
    info, time_s = stream["info"], np.asarray(stream["time_stamps"], dtype=float) - start_s
    name = str(info["name"][0] or "stream")
    lasting = time_s[-1] - time_s[0]
    rate = float(info.get("effective_srate") or 0) or ((len(time_s) - 1) / lasting if lasting > 0 else None)
    yield Column("time", time_s, "s", rate, float(time_s[0]), source=name)  # it tells of gaps, and serves those below
    described = ((info.get("desc") or [None])[0] or {}).get("channels") or [None]
    channels = [channel or {} for channel in (described[0] or {}).get("channel", [])]
    for place, samples in enumerate(stream["time_series"].T):
        said = channels[place] if place < len(channels) else {}
        label, unit = ((said.get(key) or [None])[0] for key in ("label", "unit"))
        yield Column(f"{name}: {label or f'#{place + 1}'}", samples.astype(float), unit, rate, float(time_s[0]))
