"""Scale a generic arm to a subject's segment lengths and body mass."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from deepemg.arm.definition import Arm, Muscle, PathPoint, Segment, Skeleton, Wrap, load_arm


@dataclass(frozen=True)
class Anthropometry:
    """What a lab measured on the subject; a missing value keeps the generic arm's. Units: m, kg."""

    upper_arm_m: float | None = None
    forearm_m: float | None = None
    mass_kg: float | None = None


def segment_scales(arm: Arm, body: Anthropometry) -> tuple[float, float]:
    """Length ratios subject / generic of the upper arm and the forearm."""
    upper = body.upper_arm_m / arm.skeleton.upper_arm_length if body.upper_arm_m else 1.0
    fore = body.forearm_m / arm.skeleton.forearm_length if body.forearm_m else 1.0
    return upper, fore


def scale_arm(arm: Arm, body: Anthropometry) -> Arm:
    """Arm of the subject: segments by their own length ratio, muscles by the mean of both ratios.

    Muscle-tendon lengths, fibre and tendon lengths share one ratio, so the operating range of every muscle on its
    force-length curve stays that of the generic arm (the rule of OpenSim's scale tool); moment arms scale with them.
    Forearm mass is a fraction of body mass (de Leva 1996); inertia goes with mass times length squared.
    """
    upper, fore = segment_scales(arm, body)
    forearm_mass = arm.skeleton.forearm_mass_fraction * body.mass_kg if body.mass_kg else None
    return scale_by_factors(arm, upper_arm=upper, forearm=fore, forearm_mass=forearm_mass)


def scale_by_factors(arm: Arm, *, upper_arm: float, forearm: float, forearm_mass: float | None = None) -> Arm:
    """Scale with explicit length ratios and, optionally, the mass of forearm and hand (kg)."""
    if arm.scaling:
        raise ValueError(f"arm {arm.name} is scaled already; scale the generic arm instead")
    mean = 0.5 * (upper_arm + forearm)
    ratio = {"base": upper_arm, "humerus": upper_arm, "forearm": forearm}
    return replace(
        arm,
        muscles=tuple(_scale_muscle(muscle, mean, ratio) for muscle in arm.muscles),
        wraps=tuple(_scale_wrap(wrap, ratio[wrap.body]) for wrap in arm.wraps),
        skeleton=_scale_skeleton(arm.skeleton, upper_arm, forearm, forearm_mass),
        lengths=arm.lengths * mean,
        scaling={"upper_arm": upper_arm, "forearm": forearm, "forearm_mass": forearm_mass},
    )


def describe_arm(arm: Arm) -> dict[str, Any]:
    """What `restore_arm` needs to make the same arm again; plain data for a model file."""
    return {"name": arm.name, "scaling": arm.scaling}


def restore_arm(description: dict[str, Any]) -> Arm:
    """The arm that `describe_arm` described."""
    arm = load_arm(description["name"])
    return scale_by_factors(arm, **description["scaling"]) if description["scaling"] else arm


def _times(vector: tuple[float, ...], factor: float) -> tuple[float, ...]:
    return tuple(factor * float(value) for value in vector)


def _scale_muscle(muscle: Muscle, mean: float, ratio: dict[str, float]) -> Muscle:
    path = tuple(PathPoint(p.body, _times(p.location, ratio[p.body])) for p in muscle.path)
    return replace(
        muscle,
        path=path,
        optimal_fibre_length=muscle.optimal_fibre_length * mean,
        tendon_slack_length=muscle.tendon_slack_length * mean,
    )


def _scale_wrap(wrap: Wrap, factor: float) -> Wrap:
    return replace(wrap, shape=_times(wrap.shape, factor), centre=_times(wrap.centre, factor))


def _scale_segment(segment: Segment, factor: float, mass: float | None) -> Segment:
    new_mass = segment.mass if mass is None else mass
    inertia = np.array(segment.inertia) * (new_mass / segment.mass) * factor**2
    return Segment(new_mass, _times(segment.mass_centre, factor), tuple(inertia.tolist()))


def _scale_skeleton(skeleton: Skeleton, upper: float, fore: float, forearm_mass: float | None) -> Skeleton:
    return replace(
        skeleton,
        shoulder_in_base=_times(skeleton.shoulder_in_base, upper),
        elbow_in_humerus=_times(skeleton.elbow_in_humerus, upper),
        upper_arm_length=skeleton.upper_arm_length * upper,
        forearm_length=skeleton.forearm_length * fore,
        humerus=_scale_segment(skeleton.humerus, upper, None),
        forearm=_scale_segment(skeleton.forearm, fore, forearm_mass),
        grip=_times(skeleton.grip, fore),
    )
