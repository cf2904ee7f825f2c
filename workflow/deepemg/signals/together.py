"""What the signals of a subject show together: EMG beside motion, beside torque, and beside what a trial is called."""

from __future__ import annotations

import numpy as np

from deepemg.joint.joint_moment import joint_moment
from deepemg.joint.strength import greatest_moment
from deepemg.recordings.signal import Signal
from deepemg.recordings.subject import TrialRow
from deepemg.signals.checks import coordination, torque
from deepemg.signals.judged import Judged
from deepemg.signals.kinematics import kinematics
from deepemg.signals.settings import SignalSettings


def _side(found: Judged, trial: TrialRow, action: str) -> Signal | None:
    """Mean envelope of the observed channels of one side in a trial."""
    joint = found.subject.generic_joint()
    own = [
        found.envelopes[trial.trial, channel.name]
        for channel in found.subject.channels_used("observed")
        if (trial.trial, channel.name) in found.envelopes
        and {joint.muscle(name).action for name in joint.members(channel.muscle)} == {action}
    ]
    if not own:
        return None
    first = own[0]
    values = [np.interp(first.time_s, other.time_s, other.values) for other in own]
    return Signal(np.mean(values, axis=0), first.rate_hz, first.start_s)


def judge_together(found: Judged, settings: SignalSettings) -> None:
    """EMG beside the motion in movements, and beside torque and name in MVC trials."""
    subject, findings, limits = found.subject, found.findings, settings.quality
    joint = subject.scaled_joint()
    motions = []
    for trial in subject.movements:
        if trial.trial not in found.angle or len(found.angle[trial.trial].values) < 30:
            continue
        how = settings.kinematics
        angle = found.angle[trial.trial]
        table = kinematics(angle, cutoff_hz=how.cutoff_hz, order=how.order, rate_hz=settings.rate_hz)
        position, velocity, acceleration = (
            table[name].to_numpy() for name in ("angle_rad", "velocity_rad_s", "acceleration_rad_s2")
        )
        posed = joint.in_posture(trial.posture or None)
        moment = joint_moment(posed.skeleton, position, acceleration, load_kg=trial.load_kg)
        sides = {}
        for action in ("flexor", "extensor"):
            side = _side(found, trial, action)
            sides[action] = None if side is None else np.interp(table["time_s"], side.time_s, side.values)
        motions.append(
            coordination.Motion(
                trial.trial, trial.load_kg, settings.rate_hz, velocity, moment, sides["flexor"], sides["extensor"]
            )
        )
    path = subject.folder / "channels.csv"
    in_mvc = subject.reference == "mvc"
    strongest = greatest_moment(joint)
    coordination.check_coordination(
        findings,
        path,
        motions,
        limits,
        strongest_nm=strongest,
        in_mvc=in_mvc,
        outside_joint=float(np.median([row["outside_joint"] for row in found.kinematics] or [0.0])),
    )
    for trial in subject.trials:
        if trial.role in ("mvc", "hold"):
            _judge_contraction(found, trial)
    if subject.reference != "mvc":
        fix = "record MVC trials and add them with role mvc; nothing, if there are none"
        expected = "MVC trials, or envelopes that are fractions of MVC"
        findings.add("DE-111", "level", subject.folder / "trials.csv", found="no MVC trial", expected=expected, fix=fix)


def _judge_contraction(found: Judged, trial: TrialRow) -> None:
    """Torque and the louder side of an isometric contraction agree."""
    flexors, extensors = _side(found, trial, "flexor"), _side(found, trial, "extensor")
    if flexors is None or extensors is None:
        return
    findings, path = found.findings, found.subject.folder / "trials.csv"
    measured = found.torque.get(trial.trial)
    if measured is not None:
        file = found.subject.torque_path(trial)
        torque.check_sign(findings, file, measured, flexors, extensors, trial=trial.trial)
        effort = Signal(
            np.maximum(flexors.values, np.interp(flexors.time_s, extensors.time_s, extensors.values)),
            flexors.rate_hz,
            flexors.start_s,
        )
        torque.check_offset(findings, file, measured, effort, trial=trial.trial)
    elif trial.role == "mvc":
        strong, other = (float(np.quantile(side.values, 0.95)) for side in (flexors, extensors))
        coordination.check_direction(findings, path, trial.trial, flexors=strong, extensors=other)
