"""MATLAB files of versions 4, 5 to 7, and 7.3 (HDF5). Every vector of numbers is a column, wherever it lies.

Structs and cells are walked, and the path is the name: `data.emg.biceps`, `trial.2.angle`. Nothing in a file is run;
what only MATLAB can open (tables, objects) is refused. Version 5 is read here: SciPy's reader of it, compiled, ends the
whole program at a damaged file.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import scipy

from deepemg.recordings.contents import Contents
from deepemg.recordings.limits import limit, most_unpacked, said, too_large
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.mat_columns import columns_of
from deepemg.recordings.readers.text import read_bytes, unreadable

NAME = "mat"
HDF5 = b"\x89HDF"
DEPTH = 4  # names in a path
OPENED = 5000  # numbers that a variable, field or cell counts for: a file may name one of them a million times
MOST_CELLS = 10_000  # of an HDF5 cell array; those of labels and trials are smaller
OPAQUE = object()  # stands for a table or an object
NUMBERS = {1: "i1", 2: "u1", 3: "i2", 4: "u2", 5: "i4", 6: "u4", 7: "f4", 9: "f8", 12: "i8", 13: "u8"}
TEXTS = {1: "latin-1", 2: "utf-8", 4: "utf-16", 16: "utf-8", 17: "utf-16", 18: "utf-32"}
MATRIX, COMPRESSED = 14, 15
CELL, STRUCT, OBJECT, CHAR, SPARSE, FUNCTION, CLASS = 1, 2, 3, 4, 5, 16, 17  # of a matrix; 6 to 15 are numbers


class Damaged(ValueError):
    """What is wrong with a file, in words of ours."""


class Beyond(ValueError):
    """A file that holds more than is read."""


class Room:
    """How many numbers may still be read. What a file announces, or names a thousand times, is counted before it is
    read.
    """

    def __init__(self) -> None:
        self.left = limit("numbers")

    def take(self, count: int) -> None:
        """Raises Beyond where there is no room for so many numbers more."""
        self.left -= count
        if self.left < 0:
            raise Beyond(f"more than {limit('numbers')} numbers")


def recognises(head: bytes, path: Path) -> bool:
    """By the text that MATLAB begins with, HDF5's signature, or the header of a first variable (version 4)."""
    if head[:4] == HDF5 or _is_version_4(head):
        return True
    is_named = path.suffix.lower() == ".mat" and (0 in head or head[:6] == b"MATLAB")
    return is_named or (head[:6] == b"MATLAB" and b" MAT-file" in head[:40])


def _is_version_4(head: bytes) -> bool:
    """Whether the file begins with the kind, size and name of a matrix: five numbers and a text."""
    for order in "<>" if len(head) > 20 else "":
        kind, rows, columns, imaginary, length = (int(n) for n in np.frombuffer(head, f"{order}i4", 5))
        if 0 <= kind < 5000 and kind % 1000 < 100 and rows >= 0 and columns >= 0 and imaginary in (0, 1):
            return 1 < length <= 64 and re.fullmatch(rb"[A-Za-z]\w*\x00", head[20 : 20 + length]) is not None
    return False


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """Vectors, and the columns of matrices, with the rate that a scalar beside them gives.

    Raises RecordingError where the file is damaged, or holds nothing but tables, objects, texts and single numbers.
    """
    content = read_bytes(path)
    try:
        variables = _variables(content)
        columns = tuple(columns_of(variables))
    except Beyond as error:
        expected = "signals of some trials"
        raise RecordingError([too_large(path, str(error), expected, "save each trial in a file of its own")]) from None
    except Exception as error:  # a damaged file fails anywhere in it
        found = error if isinstance(error, Damaged) else "a damaged MATLAB file"
        raise RecordingError([unreadable(path, found)]) from error
    if not columns:
        raise RecordingError([_nothing(path, variables)])
    return Contents(path, columns)


def _variables(content: bytes) -> dict[str, Any]:
    """Variables by name: numbers as arrays, texts as lists, structs and cells as dicts, other things as None."""
    room, unpackable = Room(), most_unpacked(len(content))
    if HDF5 in (content[:4], content[512:516]):
        with h5py.File(h5py.h5f.open_file_image(content)) as file:
            _check_size(file, unpackable)
            return _group(file, DEPTH, room) or {}
    if content[126:128] not in (b"IM", b"MI") or content[:4] == bytes(4):
        return _version_4(content, room)
    order, found = "<" if content[126:128] == b"IM" else ">", {}
    for kind, raw in _elements(memoryview(content)[128:], order):
        if kind == COMPRESSED:
            unpacker = zlib.decompressobj()
            unpacked = unpacker.decompress(raw, unpackable)
            unpackable -= len(unpacked)
            if unpackable < 1:
                raise Beyond(f"{said(len(content))} that unpack to more than {said(most_unpacked(len(content)))}")
            if not unpacker.eof:
                raise Damaged("a variable that is cut off")
            kind, raw = next(_elements(memoryview(unpacked), order), (0, raw))
        if kind == MATRIX:
            name, value = _matrix(raw, order, DEPTH, room)
            found[name] = value
    return {name: value for name, value in found.items() if name}  # what has no name is of MATLAB's objects


def _version_4(content: bytes, room: Room) -> dict[str, Any]:
    load: Any = scipy.io.loadmat  # its types forget that it reads from memory
    found = {name: value for name, value in load(BytesIO(content)).items() if isinstance(value, np.ndarray)}
    room.take(sum(value.size for value in found.values()))
    return {
        name: [str(text).strip() for text in value] if value.dtype.kind == "U" else np.squeeze(value)
        for name, value in found.items()
        if value.dtype.kind in "Ufiub"
    }


def _elements(raw: memoryview, order: str) -> Iterator[tuple[int, memoryview]]:
    """Type and bytes of each element. Raises ValueError where one ends after what holds it."""
    place = 0
    while place + 8 <= len(raw):
        kind, size = (int(number) for number in np.frombuffer(raw, f"{order}u4", 2, place))
        start, step = place + 8, 8 + (size if kind == COMPRESSED else -(-size // 8) * 8)
        if kind >> 16:  # a small element: type and size share four bytes
            kind, size, start, step = kind & 0xFFFF, kind >> 16, place + 4, 8
        if start + size > len(raw):
            raise Damaged("it is cut off within a variable")
        yield kind, raw[start : start + size]
        place += step


def _matrix(raw: memoryview, order: str, depth: int, room: Room) -> tuple[str, Any]:
    """Name and value of a variable, a field or a cell."""
    room.take(OPENED)
    parts = list(_elements(raw, order))
    if len(parts) < 3:
        return "", None
    flags = int(np.frombuffer(parts[0][1], f"{order}u4", 2)[0])
    kind, is_complex = flags & 0xFF, bool(flags & 0x0800)
    if kind in (OBJECT, CLASS):
        return bytes(parts[1 if kind == CLASS else 2][1]).decode("latin-1"), OPAQUE
    name = bytes(parts[2][1]).decode("latin-1")
    shape = [int(size) for size in np.frombuffer(parts[1][1], f"{order}i4")]
    if kind == CELL:
        return name, _cells([_matrix(part, order, depth - 1, room)[1] for _, part in parts[3:]]) if depth > 1 else None
    if kind == STRUCT:
        return name, _struct(parts[3:], order, depth - 1, room) if depth > 1 else None
    if kind in (SPARSE, FUNCTION) or is_complex or len(parts) < 4:
        return name, None
    stored, data = parts[3]
    if kind == CHAR:
        ending = "-le" if order == "<" else "-be"
        text = bytes(data).decode(TEXTS[stored] + (ending if stored in (4, 17, 18) else ""), errors="replace")
        rows = shape[0] if len(text) == np.prod(shape, dtype=float) else 1
        return name, [text[row::rows].strip(" \x00") for row in range(rows)]
    if not 6 <= kind <= 15:
        raise Damaged("a variable of an unknown class")
    room.take(len(data) // np.dtype(NUMBERS[stored]).itemsize)
    return name, np.squeeze(np.frombuffer(data, order + NUMBERS[stored]).reshape(shape, order="F"))


def _struct(parts: Sequence[tuple[int, memoryview]], order: str, depth: int, room: Room) -> dict[str, Any]:
    """Fields by name; where a struct is an array, its elements by number."""
    width = int(np.frombuffer(parts[0][1], f"{order}i4", 1)[0])
    raw = bytes(parts[1][1]).decode("latin-1")
    names = [raw[place : place + width].rstrip("\x00") for place in range(0, len(raw), max(width, 1))]
    values = [_matrix(part, order, depth, room)[1] for _, part in parts[2:]]
    count = max(len(names), 1)
    elements = [dict(zip(names, values[n : n + count], strict=True)) for n in range(0, len(values), count)]
    return elements[0] if len(elements) == 1 else {str(n): element for n, element in enumerate(elements, start=1)}


def _cells(values: Sequence[Any]) -> Any:
    """A cell array: a list where its cells are texts, else a dict by number."""
    if values and all(isinstance(value, list) and len(value) == 1 for value in values):
        return [value[0] for value in values]
    return {str(number): value for number, value in enumerate(values, start=1)}


def _check_size(file: h5py.File, most: int) -> None:
    """Raises Beyond where the datasets of a file, unpacked, are more bytes than a file of its size holds."""
    sizes = []

    def note(_: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            sizes.append(float(item.size or 0) * item.dtype.itemsize)

    file.visititems(note)
    if sum(sizes) > most:
        raise Beyond(f"numbers of {said(sum(sizes))}, unpacked")


def _group(group: h5py.Group, depth: int, room: Room) -> dict[str, Any] | None:
    """Members of an HDF5 group. Links that lead out of the file are not followed."""
    if depth < 1:
        return None
    names = [name for name in group if name[0] != "#" and isinstance(group.get(name, getlink=True), h5py.HardLink)]
    return {name: _item(group[name], depth, room) for name in names}


def _item(item: Any, depth: int, room: Room) -> Any:
    """Value of an HDF5 object. MATLAB stores arrays turned over, texts as numbers, and cells as references."""
    room.take(OPENED)
    if isinstance(item, h5py.Group):
        return _group(item, depth - 1, room)
    if not isinstance(item, h5py.Dataset) or item.external or item.is_virtual or not item.size:
        return None
    if "MATLAB_object_decode" in item.attrs:
        return OPAQUE
    if h5py.check_ref_dtype(item.dtype):
        if depth < 2 or item.size > MOST_CELLS:
            return None
        cells = item[()].ravel()
        return _cells([_item(item.file[cell], depth - 1, room) if cell else None for cell in cells])
    room.take(item.size)
    if item.attrs.get("MATLAB_class") == b"char":
        letters = np.atleast_2d(item[()].T)
        return ["".join(map(chr, row)).strip(" \x00") for row in letters.reshape(-1, letters.shape[-1])]
    if h5py.check_string_dtype(item.dtype):
        return [text.strip() for text in np.ravel(item.asstr()[()])]
    return np.squeeze(item[()].T) if item.dtype.kind in "fiub" and "MATLAB_empty" not in item.attrs else None


def _has_opaque(value: Any) -> bool:
    """Whether a table or an object is among the variables."""
    return value is OPAQUE or (isinstance(value, dict) and any(map(_has_opaque, value.values())))


def _nothing(path: Path, variables: dict[str, Any]) -> Problem:
    """A file without a vector of numbers."""
    expected = "vectors or matrices of numbers, also in structs and cells"
    if _has_opaque(variables):
        found = "a MATLAB table, timetable or object, which only MATLAB can open"
        fix = "write it as CSV (writetable), or save it as a struct of vectors (table2struct(T, 'ToScalar', true))"
        return Problem("DE-051", str(path), found, expected, fix)
    return Problem("DE-051", str(path), "no vector of numbers", expected, "save the signals themselves, or export CSV")
