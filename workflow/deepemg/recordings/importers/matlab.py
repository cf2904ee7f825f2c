"""Structs of MATLAB files of any version as dictionaries, lists, numbers and texts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy.io

from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers.text import unreadable

Names = tuple[str, ...]


def read_struct(path: Path) -> dict[str, Any]:
    """Variables of a .mat file. Raises RecordingError where it is none, or damaged."""
    try:
        if h5py.is_hdf5(path):
            with h5py.File(path) as file:
                return {name: _value(file[name], file) for name in file if not name.startswith("#")}
        found = scipy.io.loadmat(path, simplify_cells=True)
    except Exception as error:  # both libraries fail anywhere in a damaged file
        raise RecordingError([unreadable(path, type(error).__name__)]) from error
    return {name: value for name, value in found.items() if not name.startswith("__")}


def _value(node: Any, file: h5py.File) -> Any:
    """A group as a dictionary, references as a list, letters as text, numbers without axes of length 1."""
    if isinstance(node, h5py.Group):
        return {name: _value(node[name], file) for name in node}
    if node.attrs.get("MATLAB_empty"):
        return np.array([])
    values = node[()]
    if node.dtype == h5py.ref_dtype:
        return [_value(file[reference], file) for reference in np.ravel(values, order="F")]
    if node.attrs.get("MATLAB_class") == b"char":
        return "".join(chr(letter) for letter in np.ravel(values, order="F"))
    return np.squeeze(np.asarray(values).T)


def leaves(value: Any, path: Names = ()) -> Iterator[tuple[Names, Any]]:
    """Every number, text and array of a struct with the names that lead to it; places in a list count from 1."""
    if isinstance(value, dict):
        for name, inside in value.items():
            yield from leaves(inside, (*path, str(name)))
    elif isinstance(value, list) or (isinstance(value, np.ndarray) and value.dtype == object):
        for number, inside in enumerate(np.ravel(np.asarray(value, dtype=object)) if len(value) else [], start=1):
            yield from leaves(inside, (*path, str(number)))
    else:
        yield path, value


def one_number(value: Any) -> float | None:
    """A finite number, where a leaf is a single one."""
    array = np.asarray(value)
    if array.dtype.kind not in "fiu" or array.size != 1 or not np.isfinite(array).all():
        return None
    return float(array.reshape(-1)[0])


def one_signal(value: Any, fewest: int) -> np.ndarray | None:
    """A row of numbers, where a leaf is one of at least `fewest`."""
    array = np.squeeze(np.asarray(value)) if isinstance(value, np.ndarray) else np.asarray(())
    return array.astype(float) if array.ndim == 1 and array.size >= fewest and array.dtype.kind in "fiu" else None
