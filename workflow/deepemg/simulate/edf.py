"""Raw EMG as an amplifier stores it: 16-bit samples in an EDF file."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from edfio import Edf, EdfSignal

from deepemg.simulate.tables import write_bytes


def write_edf(
    path: Path, labels: Sequence[str], samples: np.ndarray, *, step_uv: float, rate_hz: float, record_s: float
) -> None:
    """Write integer samples (N, C), one bit worth `step_uv` (uV), in records of `record_s` (s) that fill them exactly.

    The header says nothing of the subject. Raises ValueError where a sample has more than 16 bits.
    """
    limits = np.iinfo(np.int16)
    if samples.min() < limits.min or samples.max() > limits.max:
        raise ValueError("EDF holds 16-bit samples; set emg.amplifier_bits to 16 or less, or write csv")
    signals = [
        EdfSignal.from_digital(
            samples[:, column].astype(np.int16),
            rate_hz,
            label=label,
            physical_dimension="uV",
            physical_range=(limits.min * step_uv, limits.max * step_uv),
            digital_range=(limits.min, limits.max),
        )
        for column, label in enumerate(labels)
    ]
    stream = io.BytesIO()
    Edf(signals, data_record_duration=record_s).write(stream)
    write_bytes(path, stream.getvalue())
