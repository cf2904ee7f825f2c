"""EDF and BDF (also EDF+C, BDF+C): samples of 16 or 24 bits as amplifiers store them, named by the signals' labels."""

from __future__ import annotations

import warnings
from pathlib import Path

import edfio
import numpy as np
import pandas as pd

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.numbers import check_rate, numeric_values
from deepemg.recordings.signal import WHOLE, Header, Part, Signal

ENCODING = "latin-1"  # the standard says ASCII, but amplifiers write a micro sign


def header(path: Path) -> Header:
    """Labels of the signals and the unit of each.

    Raises RecordingError where the file cannot be read, is cut off, or pauses.
    """
    signals = _recording(path).signals
    units = tuple(signal.physical_dimension or None for signal in signals)
    shared = units[0] if len(set(units)) == 1 else None
    return Header(tuple(signal.label for signal in signals), shared, units)


def read(path: Path, column: str, *, rate_hz: float | None, part: Part = WHOLE) -> Signal:
    """Read the signal labelled `column` with its own rate and unit; the file's clock starts at 0.

    Raises RecordingError where the header does not say what the samples mean, or the declared rate is another one.
    """
    recording = _recording(path)
    try:
        signal = recording.get_signal(column)
        calibrated = _calibrated(signal)
    except Exception as error:
        raise RecordingError([_unreadable(path, error)]) from error
    rate = signal.sampling_frequency
    check_rate(rate, f"{path}, signal {column}", declared_hz=rate_hz, fix="correct rate_hz")
    inside = part.samples(first_s=0.0, rate_hz=rate, count=len(calibrated))
    values = numeric_values(pd.Series(calibrated[inside]), path, column, first_row=1 + inside.start)
    return Signal(values, rate, start_s=inside.start / rate, unit=signal.physical_dimension or None)


def _recording(path: Path) -> edfio.Edf | edfio.Bdf:
    """The opened file. edfio mends what it finds broken and only warns; here a warning is an error."""
    opened = edfio.read_bdf if path.suffix.lower() == ".bdf" else edfio.read_edf
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            recording = opened(path, header_encoding=ENCODING)
            pauses = recording.reserved[3:5] == "+D" or not recording.is_continuous
    except Exception as error:  # edfio trusts the header, and a broken one fails anywhere
        raise RecordingError([_unreadable(path, error)]) from error
    if pauses:
        problem = Problem(
            "DE-063",
            str(path),
            f"a recording with pauses ({recording.reserved or 'its data records leave gaps'})",
            "a continuous recording (EDF, EDF+C)",
            "export each part between two pauses to a file of its own",
        )
        raise RecordingError([problem])
    return recording


def _calibrated(signal: edfio.EdfSignal | edfio.BdfSignal) -> np.ndarray:
    """Samples in the signal's unit. Raises ValueError where the header gives no rate, or no range to calibrate by."""
    (low, high), (lowest, highest) = signal.physical_range, signal.digital_range
    rate = signal.sampling_frequency
    if not np.isfinite([rate, low, high]).all() or low == high or lowest >= highest:
        said = f"{rate:g} Hz, and that {lowest} to {highest} mean {low:g} to {high:g}"
        raise ValueError(f"a header that says of signal {signal.label}: {said}")
    return np.asarray(signal.data)


def _unreadable(path: Path, error: Exception) -> Problem:
    found = str(error).strip().replace("\n", " ") or type(error).__name__
    return Problem("DE-051", str(path), f"unreadable ({found})", "a whole EDF or BDF file", "export the file again")
