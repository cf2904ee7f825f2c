"""Check subject folders before anything runs: every problem of texts, names and headers at once, no sample read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepemg.joint.definition import available_joints
from deepemg.recordings.checks.body import check_loads, check_model, check_sizes
from deepemg.recordings.checks.files import check_files, check_patterns, check_places
from deepemg.recordings.checks.folders import check_missing, check_passed_over
from deepemg.recordings.checks.names import check_channels, check_protocol, check_trials
from deepemg.recordings.checks.sheets import check_channel_sheet, check_trial_sheet
from deepemg.recordings.checks.texts import check_description, check_sheet, row_problems, schema
from deepemg.recordings.description import read_description
from deepemg.recordings.problems import Problem, RecordingError, one_line_each
from deepemg.recordings.sheet import Sheet, read_sheet
from deepemg.recordings.spelling import printable
from deepemg.recordings.subject import SubjectFolder, make_subject

SHEETS = ("channels", "trials")


@dataclass(frozen=True)
class Checked:
    """What was found in a folder's texts, and the subject as far as they can be read (None where they cannot)."""

    problems: tuple[Problem, ...]
    subject: SubjectFolder | None

    @property
    def refused(self) -> tuple[Problem, ...]:
        """The problems that stop the study."""
        return tuple(problem for problem in self.problems if problem.level == "red")


def find_subjects(data: Path) -> tuple[Path, ...]:
    """Folders below `data` that hold a subject.yaml, in alphabetical order."""
    return tuple(sorted(path.parent for path in data.glob("*/subject.yaml")))


def is_excluded(folder: Path) -> bool:
    """Whether subject.yaml says `use: exclude`."""
    try:
        description = read_description(folder / "subject.yaml")
    except RecordingError:
        return False
    return isinstance(description, dict) and description.get("use") == "exclude"


def check_texts(folder: Path, recordings: Path | None = None, *, band_high_hz: float) -> Checked:
    """Every problem of a subject folder that can be known without its samples.

    What cannot be read is left out and the rest checked all the same: one pass tells everything. `band_high_hz` is the
    upper edge of the EMG band, which each raw channel's rate has to hold.
    """
    problems = list(check_missing(folder))
    if problems:
        return Checked(tuple(problems), None)
    description, sheets = _read(folder, problems)
    if not _is_usable(description, folder, problems) or len(sheets) < len(SHEETS):
        return Checked(tuple(one_line_each(problems)), None)
    good = {name: _good_rows(sheet, name) for name, sheet in sheets.items()}
    subject = make_subject(folder, description, good["channels"], good["trials"], recordings)
    whole = all(len(good[name].rows) == len(sheets[name].rows) for name in SHEETS)
    problems += _check_subject(subject, good, whole=whole, band_high_hz=band_high_hz)
    return Checked(tuple(one_line_each(problems)), subject if subject.movements else None)


def _read(folder: Path, problems: list[Problem]) -> tuple[Any, dict[str, Sheet]]:
    """The three texts as far as they can be read; what is wrong is added to `problems`."""
    description, sheets = None, {}
    try:
        description = read_description(folder / "subject.yaml")
        problems += check_description(folder / "subject.yaml", description)
    except RecordingError as error:
        problems += error.problems
    for name in SHEETS:
        try:
            sheet = read_sheet(folder / f"{name}.csv")
        except RecordingError as error:
            problems += error.problems
            continue
        found = list(check_sheet(sheet, name))
        problems += found
        if not any(problem.id == "DE-010" for problem in found):
            sheets[name] = sheet
    return description, sheets


def _is_usable(description: Any, folder: Path, problems: list[Problem]) -> bool:
    """Whether joint and kinematics are known, without which nothing else can be judged."""
    if not isinstance(description, dict) or description.get("joint") not in available_joints():
        return False
    return not any(problem.place.startswith(printable(str(folder / "subject.yaml"))) for problem in problems)


def _good_rows(sheet: Sheet, name: str) -> Sheet:
    return Sheet(
        sheet.path, sheet.columns, {n: row for n, row in sheet.rows.items() if not row_problems(row, schema(name))}
    )


def _check_subject(
    subject: SubjectFolder, sheets: dict[str, Sheet], *, whole: bool, band_high_hz: float
) -> Iterator[Problem]:
    channels = dict(zip(sheets["channels"].rows, subject.channels, strict=True))
    trials = dict(zip(sheets["trials"].rows, subject.trials, strict=True))
    yield from check_sizes(subject)
    yield from check_model(subject)
    yield from check_channels(subject, channels, band_high_hz=band_high_hz)
    named = list(check_trials(subject, trials))
    yield from named
    yield from check_loads(subject, trials)
    if whole:
        yield from check_protocol(subject)
    broken = list(check_patterns(subject))
    yield from broken
    if broken or any(problem.id == "DE-002" for problem in named):
        return
    elsewhere = list(check_places(subject))
    yield from elsewhere
    if elsewhere:
        return
    yield from check_files(subject)
    yield from check_channel_sheet(subject, channels)
    yield from check_trial_sheet(subject, trials)


def check_folders(
    data: Path, recordings: Path | None = None, *, band_high_hz: float, only: Sequence[str] = ()
) -> dict[str, Checked]:
    """All subjects below a folder that are not excluded, or those named in `only`, by name.

    Raises RecordingError where there is none, or a folder that was meant to be one would be passed over.
    """
    over = list(check_passed_over(data)) if data.is_dir() else []
    folders = find_subjects(data) if data.is_dir() else ()
    if not folders and not over:
        expected, fix = f"{data}/<subject>/subject.yaml", "add a subject folder (deepemg new S06)"
        if data.name == "data":
            fix += f"; or remove {data} if it is empty, and the embedded subjects come back"
        raise RecordingError([Problem("DE-000", str(data), "no subject.yaml", expected, fix)])
    if over and not only:
        raise RecordingError(over)
    missing = [name for name in only if name not in {folder.name for folder in folders}]
    if missing:
        found, known = f"no subject {', '.join(missing)}", ", ".join(folder.name for folder in folders)
        raise RecordingError([Problem("DE-000", str(data), found, f"some of {known}", "correct the name")])
    return {
        folder.name: check_texts(folder, recordings, band_high_hz=band_high_hz)
        for folder in folders
        if (folder.name in only if only else not is_excluded(folder))
    }
