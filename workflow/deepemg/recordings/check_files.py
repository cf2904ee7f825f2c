"""The signal files that a subject folder names: are they there, with the columns and units that it declares?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from deepemg.recordings.problems import Problem, RecordingError, place_in_files
from deepemg.recordings.readers import reader_of
from deepemg.recordings.signal import Header
from deepemg.recordings.subject import SubjectFolder, records

# The micro sign and the Greek letter are u; what stands between N and m says nothing.
SPELLINGS = str.maketrans({"\u00b5": "u", "\u03bc": "u"} | dict.fromkeys(" .*-\u00b7\u22c5"))


@dataclass(frozen=True)
class _Need:
    """A column that the study will read: what it is for, in which file, with which unit."""

    label: str
    path: Path
    column: str
    unit: str


def _needs(subject: SubjectFolder) -> Iterator[_Need]:
    for trial in subject.trials:
        for channel in subject.channels:
            if records(channel, trial):
                path = subject.emg_path(channel, trial)
                yield _Need(f"channel {channel.name}", path, channel.column, channel.unit)
        if trial.has_angle:
            entry = subject.description["kinematics"]
            yield _Need("kinematics", subject.kinematics_path(trial), entry["column"], entry["unit"])
        if trial.torque_file and "torque" in subject.description:
            entry = subject.description["torque"]
            yield _Need("torque", subject.torque_path(trial), entry["column"], entry["unit"])


def _broken_patterns(subject: SubjectFolder) -> Iterator[Problem]:
    described = subject.folder / "subject.yaml"
    patterns = [
        (subject.folder / "channels.csv", f"file of {channel.name}", channel.file, ("trial", "emg_file"))
        for channel in subject.channels
    ] + [
        (described, f"{block}.file", subject.description.get(block, {}).get("file", ""), ("trial", f"{block}_file"))
        for block in ("kinematics", "torque")
    ]
    for path, label, pattern, names in patterns:
        try:
            pattern.format(**dict.fromkeys(names, ""))
        except (KeyError, IndexError, ValueError):
            allowed = " and ".join(f"{{{name}}}" for name in names)
            yield Problem("DE-025", f"{path}, {label}", repr(pattern), f"a pattern of {allowed}", "correct the braces")


def _same_unit(written: str, declared: str) -> bool:
    return written.translate(SPELLINGS) == declared.translate(SPELLINGS)


def check_files(subject: SubjectFolder) -> Iterator[Problem]:
    """One line per missing file; a column or unit that is wrong in many files is one line that counts them."""
    broken = list(_broken_patterns(subject))
    if broken:
        yield from broken
        return
    needs = list(_needs(subject))
    headers: dict[Path, Header] = {}
    for path in dict.fromkeys(need.path for need in needs):
        if not path.is_file():
            yield Problem(
                "DE-040",
                str(path),
                "no such file",
                "the signal file that channels.csv and trials.csv name",
                "correct the name, or add the file",
            )
            continue
        try:
            headers[path] = reader_of(subject.description["format"], path).header(path)
        except RecordingError as error:
            yield from error.problems
    lacking: dict[tuple[str, str], list[_Need]] = {}
    differing: dict[tuple[str, str], list[_Need]] = {}
    for need in needs:
        header = headers.get(need.path)
        if header is None:
            continue
        if need.column not in header.columns:
            lacking.setdefault((need.label, need.column), []).append(need)
        unit = header.unit_of(need.column)
        if unit is not None and not _same_unit(unit, need.unit):
            differing.setdefault((need.label, need.column), []).append(need)
    for found in lacking.values():
        yield Problem(
            "DE-041",
            place_in_files([need.path for need in found], found[0].label),
            f"columns {', '.join(headers[found[0].path].columns)}",
            f"a column {found[0].column!r}",
            "correct the column in channels.csv or subject.yaml",
        )
    for found in differing.values():
        unit = headers[found[0].path].unit_of(found[0].column)
        yield Problem(
            "DE-042",
            place_in_files([need.path for need in found], found[0].label),
            f"unit {unit} in it",
            f"{found[0].unit} as declared",
            "correct the unit",
        )
