"""Hidden muscles of which torque tells nothing: what is said of them is the same in README, tables and pages."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from deepemg.joint.definition import load_joint
from deepemg.joint.shared_moment_arm import labelled_doubles

PRIOR = "prior, not measured"


def prior_muscles(subjects: pd.DataFrame) -> dict[str, list[str]]:
    """By name of such a muscle, the labels of the observed ones that torque cannot tell it from, in any subject.

    `subjects` is table 1: the joint (arm) and the observed channels of each. The rule is that of
    `joint/shared_moment_arm.py`.
    """
    found: dict[str, list[str]] = {}
    for name, channels in subjects[["arm", "observed"]].drop_duplicates().itertuples(index=False):
        joint = load_joint(name)
        doubles = labelled_doubles(joint, str(channels).split())
        found |= {muscle.name: doubles[muscle.label] for muscle in joint.muscles if muscle.label in doubles}
    return found


def reason(doubles: Sequence[str]) -> str:
    """Why a muscle with these doubles is a prior, in a sentence."""
    return (
        f"Its moment arm has the shape of that of {' and '.join(doubles)}, so torque adds nothing to what the "
        "neighbours and the method's prior say."
    )
