"""Digests of what the jobs of a study made, so that a damaged file is named before it is read.

`<results>/digests` mirrors the results: `digests/S1/envelopes.parquet.md5` is a line as md5sum writes it, with the path
from the results folder.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from deepemg.atomic import to_disk, written_aside
from deepemg.digest import file_digest

FOLDER = "digests"


class DamagedFileError(ValueError):
    """A file of the study is not what was written: one line for each."""


def write_digests(paths: Iterable[str | Path], results: Path) -> None:
    """Keep the digest of each of these files, and of all files of these folders, that lie in `results`.

    After a power loss a file that has one is whole: the files are on the disk before their digests.
    """
    files = list(_files(paths, results))
    for place in dict.fromkeys([path for path, _ in files] + [path.parent for path, _ in files]):
        to_disk(place)
    for path, kept in files:
        kept.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(kept) as aside:
            aside.write_text(f"{file_digest(path)}  {path.relative_to(results)}\n")


def check_files(paths: Iterable[str | Path], results: Path) -> None:
    """Hold files, and all files of folders, against the digests that were kept of them.

    One without, such as a recording, is not looked at. Raises DamagedFileError, with a line for each that differs.
    """
    damaged = []
    for path, kept in _files(paths, results):
        if not kept.is_file():
            continue
        expected, _, _ = kept.read_text(errors="replace").partition(" ")
        if (found := file_digest(path)) != expected:
            damaged.append(damaged_file(path, f"digest {found}", f"{expected.strip()}, with which it was written"))
    if damaged:
        raise DamagedFileError("\n".join(damaged))


def damaged_file(path: str | Path, found: str, expected: str) -> str:
    """What is said of a file of the study that is not what was written, in the form of every problem."""
    return f"DE-130 {path}: found {found}; expected {expected}. Fix: delete the file {path} and run the same command."


def _files(paths: Iterable[str | Path], results: Path) -> Iterator[tuple[Path, Path]]:
    """Files in `results` among these and in folders of these, each with the file that keeps its digest."""
    for given in map(Path, paths):
        for path in sorted(given.rglob("*")) if given.is_dir() else [given]:
            if path.is_file() and path.is_relative_to(results):
                yield path, results / FOLDER / f"{path.relative_to(results)}.md5"
