"""What the rows of the sheets say by themselves: muscles, units, rates, loads and splits, against the joint."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from deepemg.recordings.problems import Problem
from deepemg.recordings.spelling import cut, fold, nearest, short
from deepemg.recordings.subject import Channel, SubjectFolder, TrialRow


def check_channels(subject: SubjectFolder, rows: dict[int, Channel], *, band_high_hz: float) -> Iterator[Problem]:
    """Channels by their row in the sheet: muscles that the joint has, each once; units and rates that can be."""
    path = subject.folder / "channels.csv"
    joint = subject.generic_joint()
    known = [*joint.muscle_names, *joint.groups]
    owners: dict[str, str] = {}
    names = Counter(fold(channel.name) for channel in rows.values())
    for row, channel in rows.items():
        place = f"{path}, row {row}"
        muscles = joint.members(channel.muscle)
        if not muscles:
            fix = f"{nearest(channel.muscle, known)}use the name that joint {joint.name} gives the muscle"
            yield Problem("DE-020", f"{place}, muscle", short(channel.muscle), f"one of {', '.join(known)}", fix)
        if names[fold(channel.name)] > 1:
            found = f"{cut(channel.name)} again"
            yield Problem("DE-021", f"{place}, name", found, "each name once", "rename one of them")
        for muscle in muscles:
            if muscle in owners:
                found = f"{muscle} again (already in {owners[muscle]})"
                yield Problem(
                    "DE-021", f"{place}, muscle", found, "each muscle in one channel", "remove one of the rows"
                )
            owners[muscle] = channel.name
        if channel.is_fraction != (channel.kind == "excitation") and channel.kind != "envelope":
            expected = "V, mV or uV for raw EMG" if channel.kind == "raw" else "1 (a fraction of the maximum)"
            yield Problem("DE-022", f"{place}, unit", repr(channel.unit), expected, "correct unit or kind")
        if channel.kind == "raw" and channel.rate_hz and channel.rate_hz <= 2 * band_high_hz:
            yield too_slow(f"{place}, rate_hz", channel.rate_hz, band_high_hz)


def too_slow(place: str, rate_hz: float, band_high_hz: float) -> Problem:
    """Raw EMG whose rate (Hz) does not hold the band."""
    expected = f"more than {2 * band_high_hz:g} Hz for a band up to {band_high_hz:g} Hz"
    setting = f"process_emg: {{band_high_hz: {0.45 * rate_hz:.0f}}}"
    fix = f"correct rate_hz; if it was recorded so: {setting} in config/config.yaml"
    return Problem("DE-024", place, f"{rate_hz:g} Hz", expected, fix)


def check_trials(subject: SubjectFolder, rows: dict[int, TrialRow]) -> Iterator[Problem]:
    """Trials by their row in the sheet: names, parts, files, postures and channels that can be."""
    path = subject.folder / "trials.csv"
    joint = subject.generic_joint()
    for name, count in Counter(trial.trial for trial in rows.values()).items():
        if count > 1:
            yield Problem("DE-030", f"{path}, trial", f"{name} {count} times", "each name once", "rename one of them")
    for row, trial in rows.items():
        place = f"{path}, row {row}"
        if trial.start_s is not None and trial.end_s is not None and trial.end_s <= trial.start_s:
            found = f"end_s {trial.end_s:g} before start_s {trial.start_s:g}"
            yield Problem("DE-031", place, found, "end_s after start_s", "swap or correct them")
        if trial.torque_file and "torque" not in subject.description:
            expected, fix = "a block torque in subject.yaml that describes it", "add torque with column and unit"
            yield Problem("DE-034", f"{place}, torque_file", short(trial.torque_file), expected, fix)
        if trial.posture and trial.posture not in joint.postures:
            expected = f"one of {', '.join(joint.postures)}" if joint.postures else f"none, for {joint.name} knows none"
            fix = (
                f"{nearest(trial.posture, joint.postures)}use a name of the joint's data file, or leave the cell empty"
            )
            yield Problem("DE-035", f"{place}, posture", short(trial.posture), expected, fix)
        yield from _check_files_named(subject, trial, place)
        yield from _check_own_channels(subject, trial, place)


def _check_files_named(subject: SubjectFolder, trial: TrialRow, place: str) -> Iterator[Problem]:
    """A cell that a pattern needs and that is empty."""
    emg = any("{emg_file}" in channel.file for channel in subject.channels)
    pattern = subject.description["kinematics"].get("file", "{kinematics_file}")
    angle = trial.role == "movement" and "{kinematics_file}" in pattern
    for key, needed in (("emg_file", emg), ("kinematics_file", angle)):
        if needed and not getattr(trial, key):
            expected = "a file: the pattern in the other text asks for it"
            yield Problem("DE-002", place, f"no {key}", expected, f"add {key}, or use {{trial}} in the pattern")


def _check_own_channels(subject: SubjectFolder, trial: TrialRow, place: str) -> Iterator[Problem]:
    known = {fold(channel.name): channel.name for channel in subject.channels}
    for name in (trial.channels or "").split(";"):
        if name.strip() and fold(name) not in known:
            expected, fix = f"some of {', '.join(known.values())}", nearest(name, known.values())
            found = short(name.strip())
            yield Problem(
                "DE-067", f"{place}, channels", found, expected, f"{fix}use names of channels.csv, ; between them"
            )


def check_protocol(subject: SubjectFolder) -> Iterator[Problem]:
    """What the trials together must have: a movement, a training trial of each load, a level for each channel."""
    path = subject.folder / "trials.csv"
    if subject.channels and not subject.channels_used("observed"):
        place = str(subject.folder / "channels.csv")
        yield Problem("DE-023", place, "no observed channel", "at least one", "set use to observed")
    if subject.trials and not subject.movements:
        yield Problem("DE-033", str(path), "no movement trial", "at least one", "set role to movement")
    for load in subject.loads:
        splits = {trial.split for trial in subject.movements if trial.load_label == load}
        if "train" not in splits:
            fix = f"add one, or give a trial at {load} the split train"
            yield Problem("DE-032", str(path), f"no train trial at {load}", "a train trial for each load", fix)
        elif "test" not in splits and subject.channels_used("held_out"):
            fix = f"give one of two trials at {load} the split test; nothing, if there is only one"
            yield Problem(
                "DE-118", str(path), f"no test trial at {load}", "a test trial, to score held-out channels", fix
            )
    if subject.mvc_trials:
        for channel in subject.channels:
            if not channel.is_fraction and not any(subject.records(channel, trial) for trial in subject.mvc_trials):
                found = f"no MVC trial that records channel {channel.name}"
                fix = "add the channel to channels of an MVC trial, or leave all MVC trials out"
                yield Problem("DE-066", str(path), found, "one at least, where there are MVC trials", fix)
