"""Text out of a file, whatever wrote it: plain or gzip, UTF-8, UTF-16 or Latin-1, any end of line."""

from __future__ import annotations

import gzip
import re
import zlib
from pathlib import Path

from deepemg.recordings.problems import Problem, RecordingError

GZIP = b"\x1f\x8b"
END_OF_LINE = re.compile(r"\r\n|\n|\r")
HEAD_BYTES = 65536  # of a file whose header alone is wanted; decompressed


def read_bytes(path: Path, *, head_only: bool = False) -> bytes:
    """Content of a file, decompressed where it is gzip. Raises RecordingError where it cannot be read."""
    try:
        with path.open("rb") as file:
            packed = file.read(2) == GZIP
        with gzip.open(path) if packed else path.open("rb") as file:
            return file.read(HEAD_BYTES) if head_only else file.read()
    except (OSError, EOFError, zlib.error) as error:
        raise RecordingError([unreadable(path, error)]) from error


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


def read_lines(path: Path, *, head_only: bool = False) -> list[str]:
    """Lines of a text file, without their ends and without what follows the last end of line where it is empty."""
    content = read_bytes(path, head_only=head_only)
    is_cut = head_only and len(content) == HEAD_BYTES
    lines = END_OF_LINE.split(decode(content, is_cut=is_cut))
    if is_cut:
        lines.pop()  # most likely half a line
    if lines and not lines[-1].strip("\x1a\x00 \t"):
        lines.pop()
    return lines


def unreadable(path: Path, error: Exception | str) -> Problem:
    """A file of a known format that cannot be read."""
    found = str(error).strip().replace("\n", " ") or type(error).__name__
    fix = "copy the file again, or export it again from the recorder's program: it is cut off or damaged"
    return Problem("DE-051", str(path), f"unreadable ({found})", "a whole file", fix)
