"""What the sheets of a subject folder say: muscles, units, rates, file patterns, loads and splits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deepemg.recordings.problems import Problem
from deepemg.recordings.subject import SubjectFolder, read_table


def check_names(subject: SubjectFolder, *, band_high_hz: float) -> Iterator[Problem]:
    """Rows that contradict the joint, each other, or what the study needs."""
    yield from _check_channels(subject, band_high_hz)
    yield from _check_trials(subject)


def _check_channels(subject: SubjectFolder, band_high_hz: float) -> Iterator[Problem]:
    path = subject.folder / "channels.csv"
    joint = subject.generic_joint()
    known = ", ".join([*joint.muscle_names, *joint.groups])
    owners: dict[str, str] = {}
    for row, channel in zip(read_table(path), subject.channels, strict=True):
        muscles = joint.members(channel.muscle)
        if not muscles:
            yield Problem(
                "DE-020",
                f"{path}, row {row}, muscle",
                repr(channel.muscle),
                f"one of {known}",
                f"use the name that joint {joint.name} gives the muscle",
            )
        for muscle in muscles:
            if muscle in owners:
                yield Problem(
                    "DE-021",
                    f"{path}, row {row}, muscle",
                    f"{muscle} again (already in {owners[muscle]})",
                    "each muscle in one channel",
                    "remove one of the two rows",
                )
            owners[muscle] = channel.name
        if channel.is_fraction != (channel.kind == "excitation") and channel.kind != "envelope":
            expected = "V, mV or uV for raw EMG" if channel.kind == "raw" else "1 (a fraction of the maximum)"
            yield Problem("DE-022", f"{path}, row {row}, unit", repr(channel.unit), expected, "correct unit or kind")
        if channel.kind == "raw" and channel.rate_hz <= 2 * band_high_hz:
            yield Problem(
                "DE-024",
                f"{path}, row {row}, rate_hz",
                f"{channel.rate_hz:g} Hz",
                f"more than {2 * band_high_hz:g} Hz for a band up to {band_high_hz:g} Hz",
                "correct rate_hz, or lower process_emg.band_high_hz in config/config.yaml",
            )
    if not subject.channels_used("observed"):
        yield Problem("DE-023", str(path), "no observed channel", "at least one", "set use to observed")


def _check_trials(subject: SubjectFolder) -> Iterator[Problem]:
    path = subject.folder / "trials.csv"
    joint = subject.generic_joint()
    postures = joint.postures
    for name, count in Counter(trial.trial for trial in subject.trials).items():
        if count > 1:
            yield Problem("DE-030", f"{path}, trial", f"{name} {count} times", "each name once", "rename one of them")
    for row, trial in zip(read_table(path), subject.trials, strict=True):
        if trial.start_s is not None and trial.end_s is not None and trial.end_s <= trial.start_s:
            yield Problem(
                "DE-031",
                f"{path}, row {row}",
                f"end_s {trial.end_s:g} before start_s {trial.start_s:g}",
                "end_s after start_s",
                "swap or correct them",
            )
        if trial.torque_file and "torque" not in subject.description:
            yield Problem(
                "DE-034",
                f"{path}, row {row}, torque_file",
                repr(trial.torque_file),
                "a block torque in subject.yaml that describes it",
                "add torque with column and unit, or empty the cell",
            )
        if trial.posture and trial.posture not in postures:
            yield Problem(
                "DE-035",
                f"{path}, row {row}, posture",
                repr(trial.posture),
                f"one of {', '.join(postures)}" if postures else f"no posture, for joint {joint.name} knows none",
                "use a name of the joint's data file, or leave the cell empty",
            )
    for load in subject.loads:
        for split in ("train", "test"):
            if not any(trial.split == split and trial.load_label == load for trial in subject.movements):
                yield Problem(
                    "DE-032",
                    str(path),
                    f"no {split} trial at {load}",
                    "a train and a test trial for each load",
                    f"add one, or give a trial at {load} the split {split}",
                )
    if not subject.movements:
        yield Problem("DE-033", str(path), "no movement trial", "at least one", "set role to movement")
