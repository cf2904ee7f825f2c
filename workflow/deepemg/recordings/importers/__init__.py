"""Importers: from recordings as labs and data sets have them to a subject folder, one module each.

Each has `NAME`, `TITLE`, `people(source)` and `import_<NAME>(source, folder, *, link, load, person)`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from deepemg.recordings.importers import (
    bids_emg,
    grimmelsmann_2023,
    recording,
    toro_ossaba_2023,
    zenodo_11209324,
)
from deepemg.recordings.importers.draft import Imported, refusal
from deepemg.recordings.importers.sheets import counted
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers import READERS
from deepemg.recordings.spelling import nearest


@dataclass(frozen=True)
class Importer:
    """How a kind of source becomes a subject folder, and whose recordings a source of many people holds."""

    name: str
    title: str
    run: Callable[..., Imported]
    people: Callable[[Path], tuple[str, ...]]


IMPORTERS = {
    importer.name: importer
    for importer in (
        Importer(recording.NAME, recording.TITLE, recording.import_recording, recording.people),
        Importer(bids_emg.NAME, bids_emg.TITLE, bids_emg.import_bids_emg, bids_emg.people),
        Importer(
            zenodo_11209324.NAME, zenodo_11209324.TITLE, zenodo_11209324.import_zenodo_11209324, zenodo_11209324.people
        ),
        Importer(
            grimmelsmann_2023.NAME,
            grimmelsmann_2023.TITLE,
            grimmelsmann_2023.import_grimmelsmann_2023,
            grimmelsmann_2023.people,
        ),
        Importer(
            toro_ossaba_2023.NAME,
            toro_ossaba_2023.TITLE,
            toro_ossaba_2023.import_toro_ossaba_2023,
            toro_ossaba_2023.people,
        ),
    )
}


def importer_of(what: str) -> Importer:
    """The importer of a data set, or that of files of a format. Raises RecordingError where there is neither."""
    if what in IMPORTERS:
        return IMPORTERS[what]
    if what in READERS:
        of_files = IMPORTERS[recording.NAME]
        return Importer(what, of_files.title, partial(of_files.run, declared=what), of_files.people)
    known = [*IMPORTERS, *READERS]
    fix = f"{nearest(what, known)}use one of these; recording takes every format that is read"
    raise refusal("deepemg import", repr(what), f"one of {', '.join(known)}", fix)


def import_all(
    importer: Importer, source: Path, data: Path, *, link: bool = False, load: str | None = None
) -> tuple[list[str], list[Problem]]:
    """Every person of a data set as P01, P02, ... below `data`; who is there already is left as is.

    Returns what to tell, and what was wrong with those that could not be imported.
    """
    if not source.exists():
        raise refusal(source, "no such file or folder", "the data set", "correct the name")
    people = importer.people(source)
    if not people:
        fix = "import them one by one: deepemg import ... SRC P01"
        raise refusal(source, f"no people that {importer.name} can tell apart", "a data set of several people", fix)
    remarks: dict[str, list[str]] = {}
    problems: list[Problem] = []
    there = 0
    for number, person in enumerate(people, start=1):
        folder = data / f"P{number:02d}"
        if (folder / "subject.yaml").exists():
            there += 1
            continue
        try:
            imported = importer.run(source, folder, link=link, load=load, person=person)
        except RecordingError as error:
            problems += error.problems
            continue
        for remark in imported.remarks:
            remarks.setdefault(remark.removeprefix(f"{folder.name}: "), []).append(folder.name)
    told = [f"{_range(folders)}: {remark}" for remark, folders in remarks.items()]
    return [*told, *([f"{there} of {counted(len(people), 'subject')} were there already"] if there else [])], problems


def _range(names: list[str]) -> str:
    """`P01`, `P01, P02`, or `P01 to P17 (17)`."""
    return ", ".join(names) if len(names) < 4 else f"{names[0]} to {names[-1]} ({len(names)})"
