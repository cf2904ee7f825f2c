"""One person's recording in any format that is read: a file, or a folder of files and folders.

Muscles, angle, loads and roles are read from names where these are plain; the rest is asked of whoever imports.
"""

from __future__ import annotations

from pathlib import Path

from deepemg.recordings.importers.draft import Draft, Imported, begin, refusal, write
from deepemg.recordings.importers.names import load_of, role_of
from deepemg.recordings.importers.sheets import Row, counted, listed
from deepemg.recordings.importers.signal_angle import angle_places, find_markers
from deepemg.recordings.importers.signal_channels import Channels, choose_channels
from deepemg.recordings.importers.signal_columns import Found
from deepemg.recordings.importers.signal_files import SignalFile, rate_of, scan
from deepemg.recordings.importers.signal_trials import Trial, find_trials
from deepemg.recordings.units import canonical

NAME = "recording"
TITLE = "one person's files in any format that is read"
TOLD = 8  # names of columns that are told; subject.yaml lists more
SAME_RATE = 5e-4


def people(source: Path) -> tuple[str, ...]:
    """A recording is one person's."""
    return ()


def import_recording(
    source: Path,
    folder: Path,
    *,
    link: bool = False,
    load: str | None = None,
    person: str | None = None,
    declared: str | None = None,
) -> Imported:
    """Make a subject folder of signal files. `declared` is the format that they are said to have."""
    source = begin(source, folder)
    files, passed, formats = scan(source, declared)
    if not files:
        raise _nothing(source, declared, passed, formats)
    trials = find_trials(files, source)
    channels = choose_channels(trials)
    if not channels.chosen:
        fix = "name the columns after their muscles, or write channels.csv yourself (deepemg new)"
        raise refusal(source, f"{counted(len(files), 'signal file')} without EMG", "a column of EMG", fix)
    draft = Draft(known={"side": channels.side} if channels.side else {})
    _add_channels(draft, channels, trials)
    _add_angle(draft, channels, trials)
    _tell(draft, channels, files, passed)
    return write(draft, folder, link=link, load=load)


def _nothing(source: Path, declared: str | None, passed: list[str], formats: set[str]) -> Exception:
    if formats:
        found = f"{' and '.join(sorted(formats))}, by the content of the files"
        return refusal(source, found, f"{declared} as was said", f"deepemg import {min(formats)} ...")
    found = f"no file of signals ({counted(len(passed), 'file')} of other kinds)"
    return refusal(source, found, "EMG and the elbow's angle", "name the folder that holds them, or export them as CSV")


def _add_channels(draft: Draft, channels: Channels, trials: list[Trial]) -> None:
    """Rows of channels.csv and trials.csv."""
    rates: dict[str, float | None] = {}
    for name, (place, column) in channels.chosen.items():
        first = next(trial for trial in trials if place in trial.columns)
        rates[name] = rate_of(first.columns[place][1], place.reference)
        kind = Found(column.role, column.label, place.reference, column.unit, column.muscle, rates[name]).kind
        draft.channels.append(
            {"name": name, "file": place.pattern.replace("{file}", "{emg_file}"), "column": place.reference,
             "muscle": column.muscle or "", "unit": column.unit, "kind": kind, "rate_hz": _number(rates[name]),
             "use": "observed"}
        )  # fmt: skip
    for trial in trials:
        own = {name: place for name, (place, _) in channels.chosen.items() if place in trial.columns}
        if not own:
            draft.remarks.append(f"left out: {trial.name}, which has none of the channels")
            continue
        row = {"trial": trial.name, "emg_file": trial.cell(next(iter(own.values())))}
        if len(own) < len(channels.chosen):
            row["channels"] = ";".join(own)
        said = {trial.columns[place][0].rate_hz for place in own.values()} - {None}
        rate = said.pop() if len(said) == 1 else None
        usual = rates[next(iter(own))]
        if rate and usual and abs(rate - usual) > SAME_RATE * usual:
            row["emg_rate_hz"] = _number(rate)
        draft.trials.append(row)
        for place in own.values():
            _copy(draft, trial.columns[place][1])


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.9g}"


def _copy(draft: Draft, file: SignalFile) -> None:
    draft.copies[file.place.as_posix()] = file.path


def _add_angle(draft: Draft, channels: Channels, trials: list[Trial]) -> None:
    """The angle's column, or three markers; then what each trial is, which its angle may tell."""
    places = angle_places(channels, trials)
    place = places[0] if len(places) == 1 else None
    by_name = {trial.name: trial for trial in trials}
    rows = [(row, by_name[row["trial"]]) for row in draft.trials]
    if place is not None:
        first = next(trial for trial in trials if place in trial.columns)
        column, file = first.columns[place]
        entry = {"column": place.reference, "unit": column.unit}
        if place.pattern != "{file}":
            entry = {"file": place.pattern.replace("{file}", "{kinematics_file}"), **entry}
        rate = rate_of(file, place.reference)
        draft.kinematics = entry | ({"rate_hz": int(rate) if rate == int(rate) else rate} if rate else {})
        for row, trial in rows:
            if place in trial.columns:
                row["kinematics_file"] = trial.cell(place)
                _copy(draft, trial.columns[place][1])
    elif places:
        draft.comments.append(f"columns that may be the elbow's angle: {', '.join(p.reference for p in places)}")
        draft.remarks += draft.comments
    else:
        _add_markers(draft, channels, rows)
    for row, trial in rows:
        row.update(_what(trial.text, bool(row.get("kinematics_file"))))


def _add_markers(draft: Draft, channels: Channels, rows: list[tuple[Row, Trial]]) -> None:
    for row, trial in rows:
        for file in trial.files:
            spots = find_markers(file.markers, channels.side)
            if spots and draft.kinematics in ({}, {"markers": spots}):
                draft.kinematics = {"markers": spots}
                row["kinematics_file"] = file.place.as_posix()
                _copy(draft, file)
                break
    if draft.kinematics:
        draft.remarks.append("the angle is taken from markers whose names are guessed: see kinematics in subject.yaml")


def _what(text: str, has_angle: bool) -> Row:
    """Role and load of a trial. What has an angle or a load and no other name is a movement."""
    load = load_of(text)
    role = role_of(text) or ("movement" if has_angle or load else "")
    value, unit = load if load and role in ("movement", "hold") else ("", "")
    return {"role": role, "load": value, "load_unit": unit}


def _tell(draft: Draft, channels: Channels, files: list[SignalFile], passed: list[str]) -> None:
    """What was left out, for whoever imports and for subject.yaml."""
    markers = dict.fromkeys(marker for file in files for marker in file.markers)
    angles = dict.fromkeys(c.label for file in files for c in file.of("other") if canonical(c.unit, "angle"))
    torque = dict.fromkeys(column.label for file in files for column in file.of("torque"))
    said = [
        ("EMG of muscles that no name tells, left out", channels.unknown),
        ("EMG of a muscle that another channel records, or of the other side, left out", channels.doubled),
        ("torque, left out; was it measured? then add the block torque", tuple(torque)),
        ("markers", tuple(markers) if not draft.kinematics else ()),
        ("columns in degrees or radians, left out", tuple(angles) if not draft.kinematics else ()),
    ]
    for what, names in said:
        if names:
            draft.comments.append(f"{what}: {listed(names)}")
            told = listed(names) if len(names) <= TOLD else f"{len(names)}, named in subject.yaml"
            draft.remarks.append(f"{what}: {told}")
    if passed:
        draft.remarks.append(f"not copied, for nothing in them is a signal of this arm: {counted(len(passed), 'file')}")
