"""Text out of a file, whatever wrote it: plain or gzip, UTF-8, UTF-16 or Latin-1, any end of line."""

from __future__ import annotations

import gzip
import os
import re
import zlib
from pathlib import Path

from deepemg.recordings.limits import limit, most_unpacked, said, too_large
from deepemg.recordings.problems import Problem, RecordingError

GZIP = b"\x1f\x8b"
END_OF_LINE = re.compile(r"\r\n|\n|\r")
HEAD_BYTES = 65536  # of a file whose header alone is wanted; decompressed


def read_bytes(path: Path, *, head_only: bool = False, kind: str = "binary") -> bytes:
    """Content of a file, decompressed where it is gzip. `kind` is the limit (limits.yaml) that its size has.

    Raises RecordingError where it cannot be read, or is larger, or unpacks to more than files of its size do.
    """
    most = HEAD_BYTES if head_only else limit(kind)
    try:
        with path.open("rb") as file:
            packed, size = file.read(2) == GZIP, os.fstat(file.fileno()).st_size
        if not head_only:
            check_size(path, kind)
        if not packed:
            with path.open("rb") as file:
                return file.read(most if head_only else -1)
        most = min(most, most_unpacked(size))
        with gzip.open(path) as file:
            content = file.read(most + (not head_only))
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingError([unreadable(path, error)]) from error
    if len(content) > most:
        found, expected = f"{said(size)} that unpack to more than {said(most)}", f"at most {said(most)}, unpacked"
        raise RecordingError([too_large(path, found, expected)])
    return content


def check_size(path: Path, kind: str = "binary") -> None:
    """Raises RecordingError where a file is larger than the limit of its kind (limits.yaml)."""
    size, most = path.stat().st_size, limit(kind)
    if size > most:
        raise RecordingError([too_large(path, said(size), f"at most {said(most)}")])


def decode(content: bytes, *, is_cut: bool = False) -> str:
    """Text of a file. Latin-1 is what is left where it is neither UTF-16 nor UTF-8: every byte is a letter there.

    `is_cut` says that the content may end within a letter.
    """
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return content[: len(content) // 2 * 2].decode("utf-16", errors="replace")
    if content[1:200:2].count(0) > 40:
        return content[: len(content) // 2 * 2].decode("utf-16-le", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if is_cut and error.start > len(content) - 4:
            return content[: error.start].decode("utf-8-sig")
        return content.decode("latin-1")


def read_lines(path: Path, *, head_only: bool = False, kind: str = "text") -> list[str]:
    """Lines of a text file, without their ends and without what follows the last end of line where it is empty.

    `kind` as in `read_bytes`. Raises RecordingError also at a line beyond all measure.
    """
    content = read_bytes(path, head_only=head_only, kind=kind)
    is_cut = head_only and len(content) == HEAD_BYTES
    lines = END_OF_LINE.split(decode(content, is_cut=is_cut))
    if is_cut:
        lines.pop()  # most likely half a line
    if lines and not lines[-1].strip("\x1a\x00 \t"):
        lines.pop()
    longest = max(map(len, lines), default=0)
    if longest > limit("line"):
        expected, fix = f"at most {limit('line')}", "export the file again: it is damaged, or no table"
        raise RecordingError([too_large(path, f"a line of {longest} letters", expected, fix)])
    return lines


def unreadable(path: Path, error: Exception | str) -> Problem:
    """A file of a known format that cannot be read."""
    found = str(error).strip().replace("\n", " ") or type(error).__name__
    fix = "copy the file again, or export it again from the recorder's program: it is cut off or damaged"
    return Problem("DE-051", str(path), f"unreadable ({found})", "a whole file", fix)
