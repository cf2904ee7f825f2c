"""XDF, which LabRecorder (Lab Streaming Layer) writes: streams of several devices, brought to one clock by pyxdf."""

from __future__ import annotations

import logging
import re
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
STREAM, SAMPLES = 2, 3  # kinds of chunks
# pyxdf draws a straight line through times that jitter; what is missing for longer than this stays a gap, and is told
BREAK_S, BREAK_SAMPLES = 0.2, 5


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
    if not _is_sound(content):
        raise RecordingError([unreadable(path, "it is cut off, or damaged")])
    faults, log = Faults(), logging.getLogger("pyxdf")
    log.addHandler(faults)
    log.propagate, before = False, log.propagate
    try:
        found, _ = pyxdf.load_xdf(
            BytesIO(content), jitter_break_threshold_seconds=BREAK_S, jitter_break_threshold_samples=BREAK_SAMPLES
        )
        streams = [stream for stream in found if _is_whole(stream) and len(stream["time_stamps"]) > 1]
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


def _is_sound(content: bytes) -> bool:
    """Whether each chunk is as long as it says, and as its samples need: pyxdf makes room for any number announced."""
    channels: dict[bytes, int] = {}
    place = len(MAGIC)
    try:
        while place < len(content):
            length, place = _length(content, place)
            chunk, place = content[place : place + length], place + length
            kind, stream = int.from_bytes(chunk[:2], "little"), chunk[2:6]
            if len(chunk) < max(length, 2):
                return False
            if kind == STREAM:
                said = re.search(rb"<channel_count>\s*(\d{1,6})\s*<", chunk)
                channels[stream] = int(said[1]) if said else 0
            elif kind == SAMPLES:
                count, begin = _length(chunk, 6)
                if count * (1 + channels[stream]) > length - begin:
                    return False
    except (IndexError, KeyError, ValueError):
        return False
    return True


def _length(raw: bytes, place: int) -> tuple[int, int]:
    """A number after the count of its own bytes, and the place behind it."""
    end = place + 1 + raw[place]
    if raw[place] not in (1, 4, 8):
        raise ValueError("no number")
    return int.from_bytes(raw[place + 1 : end], "little"), end


def _is_whole(stream: dict[str, Any]) -> bool:
    """Whether a stream is of numbers. Raises ValueError where samples that its end counts, or their times, lack."""
    said = ((stream.get("footer") or {}).get("info") or {}).get("sample_count")
    if said and int(said[0]) != len(stream["time_stamps"]):
        raise ValueError("samples are missing")
    if not np.isfinite(np.asarray(stream["time_stamps"], dtype=float)).all():
        raise ValueError("times that are no numbers")
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
