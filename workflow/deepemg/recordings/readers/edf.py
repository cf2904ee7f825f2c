"""EDF and BDF (also EDF+C, BDF+C): samples of 16 or 24 bits as amplifiers store them, named by the signals' labels."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

import edfio
import numpy as np

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.text import check_size, unreadable
from deepemg.recordings.spelling import cut

NAME = "edf"
ENCODING = "latin-1"  # the standard says ASCII, but amplifiers write a micro sign
EDF, BDF = b"0       ", b"\xffBIOSEMI"
ANNOTATIONS = (b"EDF Annotations", b"BDF Annotations")  # the label of the signal that tells when each record begins
ONSET = re.compile(rb"([+-]\d+\.?\d*)[\x14\x15]")
PAUSE = 0.5  # of a sampling interval; what rounding does to the starts of records is less


class Damaged(ValueError):
    """What is wrong with a header, in words of ours."""


def recognises(head: bytes, path: Path) -> bool:
    """Both begin with a version in eight bytes; a file that is named so and does not is one that is broken."""
    return head[:8] == BDF or (head[:8] == EDF and len(head) >= 256) or path.suffix.lower() in (".edf", ".bdf")


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """The signals with label, unit and rate of each; the file's clock starts at 0.

    Raises RecordingError where the file cannot be read, is cut off, pauses, or does not say what its samples mean.
    """
    check_size(path)
    recording = _recording(path)
    try:
        columns = tuple(
            Column(signal.label, _calibrated(signal), signal.physical_dimension or None, signal.sampling_frequency)
            for signal in recording.signals
        )
    except Exception as error:  # edfio trusts the header, and a broken one fails anywhere
        found = error if isinstance(error, Damaged) else "a damaged header"
        raise RecordingError([unreadable(path, found)]) from error
    return Contents(path, columns)


def _recording(path: Path) -> edfio.Edf | edfio.Bdf:
    """The opened file. edfio mends what it finds broken and only warns; here a warning is an error."""
    with path.open("rb") as file:
        is_bdf = file.read(8) == BDF
    opened = edfio.read_bdf if is_bdf else edfio.read_edf
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            recording = opened(path, header_encoding=ENCODING)
            pauses = _pauses(path, recording, sample_bytes=3 if is_bdf else 2)
    except Exception as error:  # as above; its words may be those of the header, which may name a person
        raise RecordingError([unreadable(path, "a damaged header, or a file that is cut off")]) from error
    if pauses:
        found = f"a recording with pauses ({recording.reserved or 'its data records leave gaps'})"
        fix = "export each part between two pauses to a file of its own"
        raise RecordingError([Problem("DE-063", str(path), found, "a continuous recording (EDF, EDF+C)", fix)])
    return recording


def _pauses(path: Path, recording: edfio.Edf | edfio.Bdf, *, sample_bytes: int) -> bool:
    """Whether a record begins later than the one before it ends; if nothing tells, whether the header says so."""
    count = recording.bytes_in_header_record // 256 - 1
    with path.open("rb") as file:
        header = file.read(256 * (count + 1))
    labels = [header[place : place + 16].strip() for place in range(256, 256 + 16 * count, 16)]
    told = [place for place, label in enumerate(labels) if label in ANNOTATIONS]
    if not told:
        return recording.reserved[3:5] == "+D"
    counts = header[256 + 216 * count : 256 + 224 * count]
    ends = sample_bytes * np.cumsum([int(counts[place : place + 8]) for place in range(0, len(counts), 8)])
    records = np.memmap(path, np.uint8, "r", offset=len(header)).reshape(-1, ends[-1])
    begin = ends[told[0] - 1] if told[0] else 0
    onsets = [ONSET.match(record.tobytes()) for record in records[:, begin : ends[told[0]]]]
    starts_s = np.array([float(onset[1]) if onset else np.nan for onset in onsets])
    interval_s = 1 / max((signal.sampling_frequency for signal in recording.signals), default=1.0)
    off_s = np.abs(np.diff(starts_s) - recording.data_record_duration)
    return bool((~(off_s <= PAUSE * interval_s)).any())


def _calibrated(signal: edfio.EdfSignal | edfio.BdfSignal) -> np.ndarray:
    """Samples in the signal's unit. Raises Damaged where the header gives no rate, or no range to calibrate by."""
    (low, high), (lowest, highest) = signal.physical_range, signal.digital_range
    rate = signal.sampling_frequency
    if not np.isfinite([rate, low, high]).all() or low == high or lowest >= highest:
        said = f"{rate:g} Hz, and that {lowest} to {highest} mean {low:g} to {high:g}"
        raise Damaged(f"a header that says of signal {cut(signal.label)}: {said}")
    return np.asarray(signal.data)
