"""Which muscles of a subject carry an electrode, and which are hidden."""

from __future__ import annotations

from deepemg.recordings.subject import SubjectFolder


def muscle_roles(subject: SubjectFolder) -> dict[str, str]:
    """Whether each muscle of the subject's joint is observed or hidden."""
    joint = subject.generic_joint()
    recorded = {name for channel in subject.channels_used("observed") for name in joint.members(channel.muscle)}
    return {name: "observed" if name in recorded else "hidden" for name in joint.muscle_names}
