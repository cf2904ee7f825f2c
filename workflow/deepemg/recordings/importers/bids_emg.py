"""BIDS-EMG (BIDS 1.11, BEP042): EDF or BDF files with channels.tsv, the angle among their channels or in motion/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from deepemg.recordings.importers.bids_channels import elbow_of, one_device, recordings_of, target_of, unit_of
from deepemg.recordings.importers.bids_tables import Row, channels_of, entities, rate_of, read_tsv
from deepemg.recordings.importers.body import sex_of, sizes
from deepemg.recordings.importers.data_sets import channel, is_taken, not_the_layout, one_of
from deepemg.recordings.importers.draft import Draft, Imported, begin, write
from deepemg.recordings.importers.names import load_of, natural, plain_name, role_of
from deepemg.recordings.importers.sheets import counted, listed
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.readers import open_file
from deepemg.recordings.units import canonical

NAME = "bids_emg"
TITLE = "BIDS-EMG data set (EDF or BDF with channels.tsv)"
LAYOUT = "sub-01/[ses-01/]emg/sub-01_task-curl_emg.edf with sub-01_task-curl_channels.tsv"
SAME = ("sub", "ses", "task", "run")  # entities that an EMG and a motion recording of one trial share


def people(source: Path) -> tuple[str, ...]:
    """Folders sub-01, sub-02, ... that hold EMG."""
    found = [path.name for path in source.glob("sub-*") if recordings_of(path)] if source.is_dir() else []
    return tuple(sorted(found, key=natural))


def import_bids_emg(
    source: Path, folder: Path, *, link: bool = False, load: str | None = None, person: str | None = None
) -> Imported:
    """One participant: good EMG channels by target muscle, the elbow's angle, load and role by the task's name."""
    source = begin(source, folder)
    base = source if source.name.startswith("sub-") else source / one_of(people(source), person, source, LAYOUT)
    recordings = one_device(recordings_of(base), base)
    if not recordings:
        raise not_the_layout(base, LAYOUT)
    draft = Draft(known=_participant(base))
    if len(recordings) < len(recordings_of(base)):
        draft.remarks.append("of devices that recorded the same trial, the one with the most muscles was taken")
    bad: dict[str, int] = {}
    unknown: dict[str, None] = {}
    for path in recordings:
        _add_recording(draft, path, base, bad, unknown)
    names = [row["name"] for row in draft.channels]
    if not names:
        raise not_the_layout(base, "channels of type EMG with a target_muscle of the elbow")
    for row in draft.trials:
        row["channels"] = "" if row["channels"] == ";".join(names) else row["channels"]
    draft.remarks += [f"bad by channels.tsv, left out: {name} in {counted(n, 'recording')}" for name, n in bad.items()]
    if unknown:
        what = "EMG of no muscle of this joint, of several, or of one that another channel records, left out"
        draft.comments.append(f"{what}: {listed(list(unknown))}")
        draft.remarks.append(draft.comments[-1])
    return write(draft, folder, link=link, load=load)


def _participant(base: Path) -> dict[str, Any]:
    """Sex, height and weight out of participants.tsv; no other column is read."""
    table = base.parent / "participants.tsv"
    rows = read_tsv(table) if table.is_file() else []
    said = next((row for row in rows if row.get("participant_id") == base.name), {})
    sex = sex_of(said.get("sex"))
    return ({"sex": sex} if sex else {}) | sizes(mass=said.get("weight"), height=said.get("height"))


def _add_recording(draft: Draft, path: Path, base: Path, bad: dict[str, int], unknown: dict[str, None]) -> None:
    """A trial, and the channels that no recording before it had."""
    rows = channels_of(path, base.parent)
    contents = open_file(path, head_only=True)
    place = path.relative_to(base).as_posix()
    mine = []
    for row in rows:
        if not row.get("type", "").upper().startswith("EMG") or "name" not in row:
            continue
        muscle = target_of(row)
        if muscle is None or is_taken(muscle, row["name"], draft.channels):
            unknown[row["name"]] = None
        elif row.get("status", "good").lower() == "bad":
            bad[row["name"]] = bad.get(row["name"], 0) + 1
        else:
            mine.append(row["name"])
            if row["name"] not in [known["name"] for known in draft.channels]:
                rate = rate_of(path, base.parent, [row])
                draft.channels.append(channel(row["name"], row["name"], muscle, unit_of(contents, row), rate))
    if not mine:
        draft.remarks.append(f"left out: {path.name}, which has no good channel of a muscle of the elbow")
        return
    said = {key: value for key, value in entities(path).items() if key != "sub"}
    trial = plain_name("_".join(f"{key}-{value}" for key, value in said.items()) or "emg")
    found = load_of(trial)
    angle = _add_angle(draft, path, rows, base)
    role = role_of(said.get("task", "")) or ("movement" if angle or found else "")
    moving = role in ("movement", "hold") and found
    draft.trials.append(
        {"trial": trial, "role": role, "load": found[0] if moving and found else "",
         "load_unit": found[1] if moving and found else "", "emg_file": place, "kinematics_file": angle or "",
         "channels": ";".join(mine)}
    )  # fmt: skip
    draft.copies[place] = path


def _add_angle(draft: Draft, path: Path, rows: list[Row], base: Path) -> str | None:
    """The file of the elbow's angle: a channel of the EMG file, or of the motion recording of the same trial."""
    inside = elbow_of(rows)
    if inside is not None:
        row = rows[inside]
        entry: dict[str, Any] = {"column": row.get("name", f"#{inside + 1}"), "unit": canonical(row["units"], "angle")}
        return _agree(draft, entry, path, path.relative_to(base).as_posix())
    wanted = {key: value for key, value in entities(path).items() if key in SAME}
    for motion in sorted(path.parent.parent.glob("motion/*_motion.tsv")):
        if {key: value for key, value in entities(motion).items() if key in SAME} != wanted:
            continue
        table = channels_of(motion, base.parent)
        number = elbow_of(table)
        if number is None:
            continue
        entry = {"column": f"#{number + 1}", "unit": canonical(table[number]["units"], "angle")}
        rate = rate_of(motion, base.parent, [table[number]])
        entry |= {"rate_hz": rate} if rate else {}
        told = "EMG and angle are in files of their own, and are read as if both began at the same moment"
        draft.remarks += [] if told in draft.remarks else [told]
        return _agree(draft, entry, motion, motion.relative_to(base).as_posix())
    return None


def _agree(draft: Draft, entry: dict[str, Any], path: Path, place: str) -> str | None:
    """The place of the angle's file, if subject.yaml can describe it together with those before it."""
    if draft.kinematics not in ({}, entry):
        draft.remarks.append(f"left out: the angle in {path.name}, whose channel is not called as in the files before")
        return None
    try:
        open_file(path, head_only=True)
    except RecordingError as error:
        draft.remarks.append(f"left out: the angle in {path.name} ({error.problems[0].id})")
        return None
    draft.kinematics = entry
    draft.copies[place] = path
    return place
