"""Small sound files of every binary format: the same bytes whenever they are made."""

from __future__ import annotations

import struct
import warnings
from collections.abc import Sequence
from io import BytesIO

import edfio
import h5py
import numpy as np
from scipy.io import savemat

from deepemg.audit.fuzz_text import ROWS, values

BLOCK = 512  # bytes of C3D


def numbers(columns: int, count: int = ROWS) -> np.ndarray:
    """Columns (count, columns), each with numbers of its own range."""
    return np.array([values(place, count) for place in range(columns)], dtype=float).T


def sound_binaries() -> dict[str, tuple[str, bytes]]:
    """Suffix and bytes of each, by a name that begins with that of its reader."""
    study = {
        "fs": 100.0,
        "emg": numbers(3),
        "emg_labels": np.array(["bic", "tri", "brd"], dtype=object),
        "kin": {"rate_hz": 50.0, "angle": numbers(1, 30)[:, 0], "t": np.arange(30) / 50},
        "trial": np.array([numbers(1)[:, 0], numbers(2)[:30, 1]], dtype=object),
    }
    return {
        "c3d": (".c3d", _c3d()),
        "c3d, integers": (".c3d", _c3d(scale=0.1)),
        "edf": (".edf", _edf()),
        "edf, BDF": (".bdf", _edf(bdf=True)),
        "edf, EDF+": (".edf", _edf(annotated=True)),
        "mat, 5": (".mat", _matlab(study)),
        "mat, 7": (".mat", _matlab(study, do_compression=True)),
        "mat, 4": (".mat", _matlab({"emg": numbers(3), "fs": 100.0}, format="4")),
        "mat, 7.3": (".mat", _hdf5()),
        "xdf": (".xdf", _xdf()),
    }


def _matlab(variables: dict[str, object], **options: object) -> bytes:
    file = BytesIO()
    savemat(file, variables, **options)  # type: ignore[arg-type]
    content = file.getvalue()
    return b"MATLAB 5.0 MAT-file".ljust(116) + content[116:] if content[:6] == b"MATLAB" else content


def _hdf5() -> bytes:
    """What MATLAB 7.3 writes, as far as it matters: arrays turned over, texts as numbers, cells as references."""
    made = BytesIO()
    with h5py.File(made, "w") as file:

        def put(group: h5py.Group, name: str, value: object, kind: str = "double") -> h5py.Dataset:
            item = group.create_dataset(name, data=value)
            item.attrs["MATLAB_class"] = np.bytes_(kind)
            return item

        put(file, "fs", [[100.0]])
        put(file, "emg", numbers(3).T)
        hidden = file.create_group("#refs#")
        names = [put(hidden, t, np.array([[ord(letter)] for letter in t], "u2"), "char") for t in ("bic", "tri", "brd")]
        put(file, "emg_labels", np.array([[item.ref] for item in names], dtype=h5py.ref_dtype), "cell")
        kin = file.create_group("kin")
        packed = kin.create_dataset("angle", data=numbers(1, 30), compression="gzip", chunks=(10, 1))
        packed.attrs["MATLAB_class"] = np.bytes_("double")
    return made.getvalue()


def _edf(*, bdf: bool = False, annotated: bool = False) -> bytes:
    """Two signals of different rates in records of 0.1 s, EDF or BDF."""
    file, signal = (edfio.Bdf, edfio.BdfSignal) if bdf else (edfio.Edf, edfio.EdfSignal)
    whole = numbers(2, 200)
    made = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        signals = [
            signal(part, rate, label=label, physical_dimension=unit, physical_range=(-4000, 4000))
            for part, rate, label, unit in ((whole[:, 0], 100, "EMG bic", "uV"), (whole[:20, 1], 10, "elbow", "deg"))
        ]
        annotations = [edfio.EdfAnnotation(0.5, None, "start")] if annotated else None
        file(signals, annotations=annotations, data_record_duration=0.1).write(made)  # type: ignore[arg-type]
    return made.getvalue()


def _c3d(scale: float = -1.0, markers: int = 2, channels: int = 2, frames: int = 40, subframes: int = 2) -> bytes:
    """Markers at 100 Hz in mm and channels at 200 Hz; floats where the scale is negative, else integers."""
    parameters = _c3d_group(
        1,
        "POINT",
        ("USED", 2, (), struct.pack("<h", markers)),
        ("RATE", 4, (), struct.pack("<f", 100.0)),
        ("SCALE", 4, (), struct.pack("<f", scale)),
        ("FRAMES", 2, (), struct.pack("<h", frames)),
        ("UNITS", -1, (2,), b"mm"),
        ("LABELS", -1, (4, markers), b"RELBRSHO"),
    ) + _c3d_group(
        2,
        "ANALOG",
        ("USED", 2, (), struct.pack("<h", channels)),
        ("RATE", 4, (), struct.pack("<f", 100.0 * subframes)),
        ("GEN_SCALE", 4, (), struct.pack("<f", 1.0)),
        ("SCALE", 4, (channels,), struct.pack(f"<{channels}f", *[0.5] * channels)),
        ("OFFSET", 2, (channels,), struct.pack(f"<{channels}h", *[0] * channels)),
        ("UNITS", -1, (2, channels), b"mVmV"),
        ("LABELS", -1, (3, channels), b"bictri"),
    )
    blocks = -(-(4 + len(parameters)) // BLOCK)
    table = (struct.pack("<4B", 1, 0x50, blocks, 84) + parameters).ljust(BLOCK * blocks, b"\x00")
    head = struct.pack(
        "<BB5HfHHf", 2, 0x50, markers, channels * subframes, 1, frames, 10, scale, 2 + blocks, subframes, 100
    )
    whole = numbers(3 * markers + channels * subframes, frames)
    samples = np.insert(whole, [3 * place + 3 for place in range(markers)], 0.0, axis=1)
    stored = samples.astype("<f4") if scale < 0 else np.round(samples).astype("<i2")
    content = head.ljust(BLOCK, b"\x00") + table + stored.tobytes()
    return content + bytes(-len(content) % BLOCK)


def _c3d_group(number: int, name: str, *parameters: tuple[str, int, Sequence[int], bytes]) -> bytes:
    """A group and its parameters: name, type (-1 text, 2 integer, 4 float), dimensions, values."""
    parts = [struct.pack("<bb", len(name), -number) + name.encode() + struct.pack("<HB", 3, 0)]
    for own, kind, sizes, raw in parameters:
        body = struct.pack(f"<bB{len(sizes)}B", kind, len(sizes), *sizes) + raw + b"\x00"
        parts.append(struct.pack("<bb", len(own), number) + own.encode() + struct.pack("<H", 2 + len(body)) + body)
    return b"".join(parts)


def _xdf() -> bytes:
    """EMG in four chunks, an angle of another device, and a stream of texts."""
    markers = _xdf_chunk(
        2,
        struct.pack("<I", 3) + b"<info><name>Marks</name><channel_count>1</channel_count><nominal_srate>0"
        b"</nominal_srate><channel_format>string</channel_format></info>",
    ) + _xdf_chunk(3, struct.pack("<I", 3) + b"\x01\x01\x08" + struct.pack("<d", 500.1) + b"\x01\x05start")
    streams = _xdf_stream(1, "EMG", 100, numbers(2, 200), 4) + _xdf_stream(2, "Elbow", 50, numbers(1, 100), 1)
    return b"XDF:" + _xdf_chunk(1, b"<info><version>1.0</version></info>") + streams + markers


def _xdf_chunk(tag: int, content: bytes) -> bytes:
    return b"\x04" + struct.pack("<IH", len(content) + 2, tag) + content


def _xdf_stream(number: int, name: str, rate_hz: float, samples: np.ndarray, chunks: int) -> bytes:
    labels = "".join(f"<channel><label>{n}</label><unit>mV</unit></channel>" for n in range(samples.shape[1]))
    header = (
        f"<info><name>{name}</name><type>EMG</type><channel_count>{samples.shape[1]}</channel_count>"
        f"<nominal_srate>{rate_hz}</nominal_srate><channel_format>double64</channel_format>"
        f"<desc><channels>{labels}</channels></desc></info>"
    )
    identity = struct.pack("<I", number)
    made = _xdf_chunk(2, identity + header.encode())
    for part in np.array_split(np.arange(len(samples)), chunks):
        stamped = b"".join(b"\x08" + struct.pack("<d", 500 + i / rate_hz) + samples[i].tobytes() for i in part)
        offset = struct.pack("<dd", 500 + part[0] / rate_hz, -0.25)
        made += _xdf_chunk(3, identity + b"\x04" + struct.pack("<I", len(part)) + stamped)
        made += _xdf_chunk(4, identity + offset)
    end = f"<info><sample_count>{len(samples)}</sample_count></info>"
    return made + _xdf_chunk(6, identity + end.encode())
