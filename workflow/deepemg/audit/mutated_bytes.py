"""What may befall a file as bytes: some change, are lost, or come twice, also within what is packed in it."""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from io import BytesIO

import numpy as np

Random = np.random.Generator
EXTREMES = (0, 1, 2, 127, 128, 255, 2**15 - 1, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)
DIGITS = (b"0", b"-1", b"1e9", b"nan", b"inf", b"99999999", b"1e308", b"0.1", b"", b" ", b"x", b"9" * 400)
PACKED = 15  # of an element of MATLAB


def pick(random: Random, choices: Sequence[str]) -> str:
    """One of some texts."""
    return choices[int(random.integers(len(choices)))]


def _span(content: bytes, random: Random) -> tuple[int, int]:
    """A part of the file, most often near its beginning, where headers are."""
    begin = int(len(content) * random.random() ** (3 if random.random() < 0.5 else 1))
    return begin, min(len(content), begin + int(random.choice([1, 1, 2, 4, 16, 64, 512])))


def _flipped(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.integers(1, 7)):
        changed[min(_span(content, random)[0], len(content) - 1)] ^= 1 << int(random.integers(8))
    return bytes(changed)


def _set(content: bytes, random: Random) -> bytes:
    changed = bytearray(content)
    for _ in range(random.integers(1, 7)):
        value = int(random.choice([0, 1, 127, 128, 255, 32, 48, 57, int(random.integers(256))]))
        changed[min(_span(content, random)[0], len(content) - 1)] = value
    return bytes(changed)


def _deleted(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:begin] + content[end:]


def _inserted(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:begin] + random.bytes(max(end - begin, 1)) + content[begin:]


def _truncated(content: bytes, random: Random) -> bytes:
    end = int(random.integers(len(content)))
    return content[: end if random.random() < 0.7 else max(len(content) - int(random.integers(1, 65)), 0)]


def _doubled(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:end] + content[begin:end] + content[end:]


def _moved(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    rest, to = content[:begin] + content[end:], int(random.integers(len(content)))
    return rest[:to] + content[begin:end] + rest[to:]


def _zeroed(content: bytes, random: Random) -> bytes:
    begin, end = _span(content, random)
    return content[:begin] + bytes(end - begin) + content[end:]


def _integers_changed(content: bytes, random: Random) -> bytes:
    """A number of a header becomes the least or the most that it can be, in either order of bytes."""
    changed = bytearray(content)
    for _ in range(random.integers(1, 4)):
        size = int(random.choice([1, 2, 4, 8]))
        begin = _span(content, random)[0] // size * size
        value = int(EXTREMES[random.integers(len(EXTREMES))]) % 256**size
        changed[begin : begin + size] = value.to_bytes(size, "little" if random.random() < 0.7 else "big")
    return bytes(changed[: len(content)])


def _digits_changed(content: bytes, random: Random) -> bytes:
    """A number that is written in digits becomes another, as long as it was or not."""
    runs = [run.span() for run in re.finditer(rb"[0-9][0-9.eE+-]*", content[:4096])]
    if not runs:
        return _flipped(content, random)
    begin, end = runs[int(random.integers(len(runs)))]
    new = DIGITS[int(random.integers(len(DIGITS)))]
    new = new.ljust(end - begin)[: end - begin] if random.random() < 0.7 else new
    return content[:begin] + new + content[end:]


def _inside(content: bytes, random: Random) -> bytes:
    """A mutation of what is packed: a part of a zip archive, a variable of MATLAB."""
    changes = [_flipped, _set, _deleted, _inserted, _truncated, _doubled, _zeroed, _integers_changed, _digits_changed]
    change = changes[int(random.integers(len(changes)))]
    if content[:2] == b"PK":
        return _in_archive(content, change, random)
    if content[:6] == b"MATLAB" and struct.unpack_from("<I", content, 128)[0] == PACKED:
        return _in_variables(content, change, random)
    return change(content, random)


def _in_archive(content: bytes, change: Callable[[bytes, Random], bytes], random: Random) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(BytesIO(content)) as parts, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        names = parts.namelist()
        chosen = next((n for n in names if "sheet1" in n), names[0]) if random.random() < 0.5 else pick(random, names)
        for name in names:
            raw = parts.read(name)
            archive.writestr(zipfile.ZipInfo(name), change(raw, random) if name == chosen else raw)
    return made.getvalue()


def _in_variables(content: bytes, change: Callable[[bytes, Random], bytes], random: Random) -> bytes:
    made, place, parts = [content[:128]], 128, []
    while place + 8 <= len(content):
        _, size = struct.unpack_from("<II", content, place)
        parts.append(zlib.decompress(content[place + 8 : place + 8 + size]))
        place += 8 + size
    chosen = int(random.integers(len(parts)))
    for number, part in enumerate(parts):
        packed = zlib.compress(change(part, random) if number == chosen else part)
        made.append(struct.pack("<II", PACKED, len(packed)) + packed)
    return b"".join(made)


BYTES: dict[str, Callable[[bytes, Random], bytes]] = {
    "bits flipped": _flipped,
    "bytes changed": _set,
    "bytes deleted": _deleted,
    "bytes inserted": _inserted,
    "truncated": _truncated,
    "block doubled": _doubled,
    "block moved": _moved,
    "block zeroed": _zeroed,
    "integers changed": _integers_changed,
    "digits changed": _digits_changed,
    "inside what is packed": _inside,
}
