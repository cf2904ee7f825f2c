"""The sheets held against each other: one recording in two places, and above all in training and in test.

What is trained on and tested on twice makes a perfect score, and what is hidden and observed at once makes `copy`
perfect: both are refused as leaks.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from pathlib import Path

from deepemg.recordings.extract import find_column
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.spelling import fold, short
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow


def check_channel_sheet(subject: SubjectFolder, rows: dict[int, Channel]) -> Iterator[Problem]:
    """Two channels that read one column of one file."""
    path = subject.folder / "channels.csv"
    for (first_row, first), (row, channel) in combinations(rows.items(), 2):
        trial = next((t for t in subject.trials if subject.records(first, t) and subject.records(channel, t)), None)
        if trial is None or not _one_column(subject, first, channel, trial):
            continue
        place = f"{path}, rows {first_row} and {row}, column"
        found = f"{short(first.column)} of the same file for {first.name} and for {channel.name}"
        if first.use != channel.use:
            expected = "a held-out channel that no observed one reads (it would be no secret)"
            yield Problem("DE-027", place, found, expected, "correct column or file of one of the two")
        else:
            expected = "a column of its own for each channel"
            yield Problem("DE-026", place, found, expected, "correct column or file of one of the two, or remove a row")
    yield from _taken_in_turn(subject, rows)


def _one_column(subject: SubjectFolder, first: Channel, second: Channel, trial: TrialRow) -> bool:
    """Whether two channels end in the same column of the same file, by whatever name."""
    paths = [subject.emg_path(channel, trial) for channel in (first, second)]
    if _identity(paths[0]) != _identity(paths[1]):
        return False
    try:
        contents = subject.open(paths[0], trial.emg_format or first.format, head_only=True)
        columns = [find_column(contents, c.column, subject.turn(c)) for c in (first, second)]
    except RecordingError:
        return fold(first.column) == fold(second.column) and subject.turn(first) is None
    return columns[0] is columns[1]


def _taken_in_turn(subject: SubjectFolder, rows: dict[int, Channel]) -> Iterator[Problem]:
    """Channels that ask for one name which the file has once for each sensor: told which sensor each was given."""
    told = {}
    for row, channel in rows.items():
        turn = subject.turn(channel)
        trial = next((t for t in subject.trials if subject.records(channel, t)), None)
        if turn is None or trial is None:
            continue
        try:
            declared = trial.emg_format or channel.format
            contents = subject.open(subject.emg_path(channel, trial), declared, head_only=True)
            column = find_column(contents, channel.column, turn)
        except RecordingError:
            continue
        if column.source:
            told[row] = (channel.name, column.source)
    if told:
        found = "; ".join(f"{name} = {source!r}" for name, source in told.values())
        place = f"{subject.folder / 'channels.csv'}, rows {', '.join(map(str, told))}, column"
        fix = "write the sensor's name as column, if this is right; else correct it"
        yield Problem("DE-028", place, f"one name for several sensors, taken in order: {found}", "a name each", fix)


def check_trial_sheet(subject: SubjectFolder, rows: dict[int, TrialRow]) -> Iterator[Problem]:
    """Two trials that read the same part of the same file; of a trial that shares it with many, the first is told."""
    files = {row: _identities(subject, trial) for row, trial in rows.items()}
    told: set[tuple[str, int]] = set()
    for (first_row, first), (row, trial) in combinations(rows.items(), 2):
        if not files[first_row] & files[row] or "rest" in (first.role, trial.role) or not _overlap(first, trial):
            continue
        shared = sorted({kind for kind, *_ in files[first_row] & files[row]})
        problem = _shared_part(subject, rows, (first_row, row), shared)
        if problem is not None and (problem.id, row) not in told:
            told.add((problem.id, row))
            yield problem


def _shared_part(
    subject: SubjectFolder, rows: dict[int, TrialRow], pair: tuple[int, int], shared: list[str]
) -> Problem | None:
    """What is wrong with two trials that share EMG or angle, or None where a hold and an MVC trial may."""
    first, trial = (rows[row] for row in pair)
    place = f"{subject.folder / 'trials.csv'}, rows {pair[0]} and {pair[1]}"
    roles = {first.role, trial.role}
    tested = any(t.role == "movement" and t.split == "test" for t in (first, trial))
    fix = "name the files of each trial, or parts that do not overlap (start_s, end_s)"
    found = f"the same {' and '.join(shared)} in {first.trial} and in {trial.trial}"
    if roles == {"movement"} and first.split != trial.split:
        return Problem("DE-036", place, found, "test trials that no training trial shares a sample with", fix)
    if tested and roles != {"movement"}:
        expected = "test trials that fix no level: an MVC trial or a hold is part of the training"
        return Problem("DE-038", place, found, expected, fix)
    return Problem("DE-037", place, found, "each recording in one trial", fix) if len(roles) == 1 else None


def _identities(subject: SubjectFolder, trial: TrialRow) -> set[tuple[str, str, str]]:
    """What a trial reads: EMG and its channel, or the angle of a movement, and which file that is."""
    read = {
        ("EMG", c.name, _identity(subject.emg_path(c, trial))) for c in subject.channels if subject.records(c, trial)
    }
    if trial.role == "movement":
        read.add(("angle", "", _identity(subject.kinematics_path(trial))))
    return read


def _overlap(first: TrialRow, second: TrialRow) -> bool:
    starts = [trial.start_s or 0.0 for trial in (first, second)]
    ends = [float("inf") if trial.end_s is None else trial.end_s for trial in (first, second)]
    return max(starts) < min(ends)


def _identity(path: Path) -> str:
    """The same for two names of one file, and for two copies of it."""
    try:
        state = path.stat()
        return _digest(path.resolve(), state.st_mtime_ns, state.st_size)
    except OSError:
        return str(path)


@cache
def _digest(path: Path, _changed: int, size: int) -> str:
    if not path.is_file() or size == 0:
        return str(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "blake2b").hexdigest()
