"""C3D: markers and analog channels of motion capture on one clock, as integers or floats of Intel, DEC or MIPS.

The bytes are read here and not by a C++ library, in which a damaged file ends the whole program.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from deepemg.recordings.contents import Column, Contents
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers.text import read_bytes, unreadable

NAME = "c3d"
BLOCK = 512  # bytes
ORDERS = {84: "<", 85: "<", 86: ">"}  # processor that wrote the file: Intel, DEC, MIPS
DEC = 85
GROUPS = ("POINT", "ANALOG", "TRIAL")  # their parameters are of the samples; those of others may be of a person
MODELLED = ("ANGLE", "FORCE", "MOMENT", "POWER", "SCALAR")  # results of a model, stored as points of another unit
MOST_FRAMES = 65535  # that the header can count
SAME_RATE = 0.01  # what a header says twice is rounded, and may differ by this share

Parameters = dict[str, list[Any]]


@dataclass(frozen=True, eq=False)
class Frames:
    """Stored samples: markers (frame, marker, 4), channels (sample, channel); rate of the frames in Hz."""

    markers: np.ndarray
    channels: np.ndarray
    rate_hz: float
    subframes: int
    start_s: float
    scale: float  # negative where the samples are floats


def recognises(head: bytes, path: Path) -> bool:
    """The second byte is 0x50, and the parameters name a processor; or it is named so and no text, and is broken."""
    if 0 not in head[:BLOCK]:
        return False
    processor = BLOCK * (head[0] - 1) + 3
    is_whole = head[1:2] == b"\x50" and 0 < processor < len(head) and head[processor] in ORDERS
    return is_whole or path.suffix.lower() == ".c3d"


def contents(path: Path, *, head_only: bool = False) -> Contents:
    """Three columns for each marker (`RELB x`, `RELB y`, `RELB z`; NaN where it is lost), then the analog channels.

    Their clock starts at the number of the first frame, as in the recorder. A label's part before a colon is the name
    of a subject, and dropped. Raises RecordingError where the file is cut off or contradicts itself.
    """
    content = read_bytes(path)
    try:
        with np.errstate(all="ignore"):
            parameters = _parameters(content)
            frames = _frames(content, parameters)
            columns = (*_markers(frames, parameters), *_channels(frames, parameters))
    except Exception as error:  # a broken header fails anywhere
        said = error if type(error) is ValueError else "a damaged header"
        raise RecordingError([unreadable(path, said)]) from error
    return Contents(path, columns)


def _processor(content: bytes) -> int:
    processor = content[BLOCK * (content[0] - 1) + 3]
    if content[1] != 0x50 or processor not in ORDERS:
        raise ValueError("no C3D header")
    return processor


def _numbers(content: bytes, kind: str, place: int, count: int) -> np.ndarray:
    """Numbers of a NumPy kind. Raises ValueError where the file ends before."""
    processor = _processor(content)
    if not 0 <= place <= len(content) - int(kind[1]) * count:
        raise ValueError("it ends before what its header announces")
    if kind == "f4" and processor == DEC:
        words = np.frombuffer(content, "<u2", 2 * count, place).reshape(-1, 2)[:, ::-1]
        return np.ascontiguousarray(words).view("<f4")[:, 0] / np.float32(4)  # its exponents are larger by two
    return np.frombuffer(content, ORDERS[processor] + kind, count, place)


def _word(content: bytes, number: int) -> int:
    """One of the header's words, counted from 1 as the standard does."""
    return int(_numbers(content, "u2", 2 * (number - 1), 1)[0])


def _parameters(content: bytes) -> Parameters:
    """Values of each `GROUP:NAME`."""
    groups, found = {}, []
    place, end = BLOCK * (content[0] - 1) + 4, BLOCK * (_word(content, 9) - 1)
    while place < end:
        length, group = struct.unpack_from("bb", content, place)
        if length == 0 or group == 0:
            break
        name = content[place + 2 : place + 2 + abs(length)].decode("latin-1").upper()
        place += 2 + abs(length)  # a negative length: the parameter is locked
        step = int(_numbers(content, "u2", place, 1)[0])
        if group < 0:
            groups[-group] = name
        else:
            found.append((group, name, place + 2))
        if step == 0:
            break
        place += step
    return {f"{groups[group]}:{name}": _values(content, at) for group, name, at in found if groups.get(group) in GROUPS}


def _values(content: bytes, place: int) -> list[Any]:
    """Strings or numbers of one parameter: its type, its number of dimensions, these, and its values."""
    kind, dimensions = struct.unpack_from("bB", content, place)
    sizes = list(content[place + 2 : place + 2 + dimensions])
    place, count = place + 2 + dimensions, int(np.prod(sizes, dtype=float)) if dimensions < 8 else 0
    if kind in (1, 2, 4):
        return _numbers(content, {1: "u1", 2: "i2", 4: "f4"}[kind], place, count).tolist()
    if kind != -1:
        raise ValueError("a parameter of an unknown type")
    width = sizes[0] if sizes else 1
    whole = _numbers(content, "u1", place, count).tobytes()
    return [_text(whole[at : at + width]) for at in range(0, count, max(width, 1))]


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8").strip(" \x00")
    except UnicodeDecodeError:
        return raw.decode("latin-1").strip(" \x00")


def _all(parameters: Parameters, name: str) -> list[Any]:
    """Values of a parameter; those beyond 255 stand in others of the same name and 2, 3, ..."""
    found = list(parameters.get(name, []))
    for number in range(2, 256):
        if f"{name}{number}" not in parameters:
            break
        found += parameters[f"{name}{number}"]
    return found


def _number(parameters: Parameters, name: str, default: float) -> float:
    found = parameters.get(name, [])
    return float(found[0]) if found and not isinstance(found[0], str) else default


def _frames(content: bytes, parameters: Parameters) -> Frames:
    """Raises ValueError where header and parameters disagree, or the file is shorter than they say."""
    points, values, at, subframes = _word(content, 2), _word(content, 3), BLOCK * (_word(content, 9) - 1), 1
    rate, scale = _rate_and_scale(content, parameters)
    used, start = _number(parameters, "POINT:USED", points), _number(parameters, "POINT:DATA_START", 0)
    if int(used) & 0xFFFF != points or start not in (0, at // BLOCK + 1) or at < 2 * BLOCK:
        raise ValueError("a header that contradicts its parameters in what it says of the markers")
    channels = int(_number(parameters, "ANALOG:USED", values)) & 0xFFFF
    if channels:
        subframes = _word(content, 10)
        analog_rate = _number(parameters, "ANALOG:RATE", 0) or rate * subframes
        if not subframes or not abs(analog_rate / (rate * subframes) - 1) < SAME_RATE:
            raise ValueError(f"analog channels at {analog_rate:g} Hz, {subframes} times in a frame at {rate:g} Hz")
    size, width = (4, "f4") if scale < 0 else (2, "i2"), 4 * points + channels * subframes
    room, rest = divmod(max(len(content) - at, 0), size[0] * max(width, 1))
    first, count = _first_and_count(content, parameters, room)
    if not width:
        raise ValueError("neither markers nor analog channels")
    if not 0 < count <= room:
        raise ValueError(f"{room} whole frames, where its header says {count}")
    if values != channels * subframes and (room, rest // BLOCK) != (count, 0):
        raise ValueError(f"{values} analog values in a frame of {channels} channels, {subframes} times")
    stored = _numbers(content, size[1], at, count * width).reshape(count, width)
    markers = stored[:, : 4 * points].reshape(count, points, 4)
    analogs = stored[:, 4 * points :].reshape(count * subframes, channels)
    return Frames(markers, analogs, rate, subframes, max(first - 1, 0) / rate, scale)


def _rate_and_scale(content: bytes, parameters: Parameters) -> tuple[float, float]:
    """Frames a second, and what a number of a marker counts (negative where samples are floats)."""
    header_scale, header_rate = (float(_numbers(content, "f4", place, 1)[0]) for place in (12, 20))
    rate = _number(parameters, "POINT:RATE", 0) or header_rate
    scale = _number(parameters, "POINT:SCALE", 0) or header_scale
    if not (0 < rate < 1e6 and np.isfinite(scale) and scale and scale * header_scale >= 0):
        raise ValueError(f"a header that says {rate:g} frames a second and scales of {scale:g} and {header_scale:g}")
    if header_rate and not abs(header_rate / rate - 1) < SAME_RATE:
        raise ValueError(f"a header that says {header_rate:g} and {rate:g} frames a second")
    return rate, scale


def _first_and_count(content: bytes, parameters: Parameters, room: int) -> tuple[int, int]:
    """Number of the first frame, and how many there are; `room` frames fit into the file."""
    first, last = _word(content, 4), _word(content, 5)
    if last < MOST_FRAMES:
        return first, last - first + 1
    start, end = (parameters.get(f"TRIAL:ACTUAL_{which}_FIELD", []) for which in ("START", "END"))
    if len(start) == len(end) == 2:  # low and high halves of a longer number
        first, last = ((int(low) & 0xFFFF) + ((int(high) & 0xFFFF) << 16) for low, high in (start, end))
        return first, last - first + 1
    return first, int(_number(parameters, "POINT:LONG_FRAMES", room))


def _names(parameters: Parameters, group: str, count: int, other: str) -> list[str]:
    """Labels without the prefix of their subject; what has none is called by its number."""
    labels = [label.rpartition(":")[2].strip() for label in _all(parameters, f"{group}:LABELS")][:count]
    labels += [""] * (count - len(labels))
    return [label or f"{other} {place}" for place, label in enumerate(labels, start=1)]


def _markers(frames: Frames, parameters: Parameters) -> list[Column]:
    """Where a model's results are among the markers, they have a unit of their own, and may be 0."""
    count = frames.markers.shape[1]
    labels = (_all(parameters, "POINT:LABELS") + [""] * count)[:count]
    length = next(iter(parameters.get("POINT:UNITS", [])), "")
    units = {
        label: next(iter(parameters.get(f"POINT:{kind}_UNITS", [])), "")
        for kind in MODELLED
        for plural in ("S", "ES")
        for label in _all(parameters, f"POINT:{kind}{plural}")
    }
    columns = []
    for place, (label, name) in enumerate(zip(labels, _names(parameters, "POINT", count, "marker"), strict=True)):
        stored = frames.markers[:, place].astype(float)
        values = stored[:, :3] * (1.0 if frames.scale < 0 else frames.scale)
        lost = (stored[:, 3] < 0) | ~np.isfinite(stored).all(axis=1)
        if label not in units:
            lost |= (values == 0).all(axis=1)
        values[lost] = np.nan
        unit = units.get(label, length) or None
        columns += [
            Column(f"{name} {axis}", values[:, n], unit, frames.rate_hz, frames.start_s) for n, axis in enumerate("xyz")
        ]
    return columns


def _channels(frames: Frames, parameters: Parameters) -> list[Column]:
    """Stored numbers become (number - offset) x scale. Raises ValueError where that is not said of each channel."""
    count = frames.channels.shape[1]
    scales = _all(parameters, "ANALOG:SCALE")[:count]
    offsets = (_all(parameters, "ANALOG:OFFSET") or _all(parameters, "ANALOG:OFFSETS"))[:count]
    unsigned = parameters.get("ANALOG:FORMAT", [""])[:1] == ["UNSIGNED"] or (frames.channels > 32767).any()
    if len(scales) < count or len(offsets) < count:
        raise ValueError(f"scale and offset of {min(len(scales), len(offsets))} of {count} analog channels")
    general = _number(parameters, "ANALOG:GEN_SCALE", 1.0)
    units = _all(parameters, "ANALOG:UNITS") + [""] * count
    columns = []
    for place, name in enumerate(_names(parameters, "ANALOG", count, "analog")):
        stored = frames.channels[:, place]
        if unsigned and frames.scale > 0:
            stored = stored.astype(np.int64) & 0xFFFF
        offset = int(offsets[place]) & 0xFFFF if unsigned else offsets[place]
        values = (stored.astype(float) - offset) * (scales[place] * general)
        columns.append(Column(name, values, units[place] or None, frames.rate_hz * frames.subframes, frames.start_s))
    return columns
