"""Where a user lets a command write: never in a subject's folder, nor among files that the command did not make."""

from __future__ import annotations

from pathlib import Path

from deepemg.atomic import written_aside
from deepemg.folder_aside import is_free

MARK = "made_by.txt"


def outside_subjects(place: Path | None) -> Path | None:
    """The place, as it is. Raises FileExistsError where it is a subject's folder, or stands in one."""
    if place:
        for folder in (place.absolute(), *place.absolute().parents):
            if (folder / "subject.yaml").exists():
                found = f"found the subject folder {folder.name}, expected a place outside of it"
                raise FileExistsError(f"{place}: {found}; choose another --out")
    return place


def own_folder(folder: Path, made_by: str) -> None:
    """Make a folder, or take the one that the same command made before: `made_by.txt` in it says so.

    Raises FileExistsError where other files are there, or a subject stands there or above it.
    """
    outside_subjects(folder)
    mark = folder / MARK
    if not is_free(folder) and not (mark.is_file() and mark.read_text() == f"{made_by}\n"):
        found = f"found files that {made_by} did not make, expected nothing there, or what it made before"
        raise FileExistsError(f"{folder}: {found}; choose another --out")
    folder.mkdir(parents=True, exist_ok=True)
    with written_aside(mark) as aside:
        aside.write_text(f"{made_by}\n")
