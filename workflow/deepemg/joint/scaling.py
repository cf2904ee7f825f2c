"""Scale a generic joint to a subject's segment lengths and body mass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from deepemg.joint.definition import Joint, Muscle, PathPoint, Segment, Skeleton, Wrap, load_joint
from deepemg.joint.personal import personalise


def scale_joint(joint: Joint, sizes: Mapping[str, float]) -> Joint:
    """Joint of the subject: segments by their own length ratio, muscles by the mean of both ratios.

    `sizes` holds what was measured (m, kg), by the keys of subject.yaml; what is missing keeps the generic value.
    Muscle-tendon lengths, fibre and tendon lengths share one ratio, so the operating range of every muscle on its
    force-length curve stays that of the generic joint, and moment arms scale with them. Path points scale with their
    own segment, as in OpenSim: where the two ratios differ, paths and table are no longer quite the same joint
    (docs/joint.md). Distal mass is a fraction of body mass, given in the joint's file; inertia goes with mass times
    length squared.
    """
    skeleton = joint.skeleton
    proximal, distal = (
        sizes.get(segment.measure, segment.length) / segment.length for segment in (skeleton.proximal, skeleton.distal)
    )
    mass = skeleton.distal_mass_fraction * sizes["mass_kg"] if "mass_kg" in sizes else None
    return scale_by_factors(joint, proximal=proximal, distal=distal, distal_mass=mass)


def scale_by_factors(joint: Joint, *, proximal: float, distal: float, distal_mass: float | None = None) -> Joint:
    """Scale with explicit length ratios and, optionally, the mass of the distal segment (kg)."""
    if joint.scaling:
        raise ValueError(f"joint {joint.name} is scaled already; scale the generic joint instead")
    mean = 0.5 * (proximal + distal)
    ratio = {"base": proximal, joint.skeleton.proximal.name: proximal, joint.skeleton.distal.name: distal}
    return replace(
        joint,
        muscles=tuple(_scale_muscle(muscle, mean, ratio) for muscle in joint.muscles),
        wraps=tuple(_scale_wrap(wrap, ratio[wrap.body]) for wrap in joint.wraps),
        skeleton=_scale_skeleton(joint.skeleton, proximal, distal, distal_mass),
        lengths=joint.lengths * mean,
        scaling={"proximal": proximal, "distal": distal, "distal_mass": distal_mass},
    )


def describe_joint(joint: Joint) -> dict[str, Any]:
    """What `restore_joint` needs to make the same joint again; plain data for a model file."""
    own = {"personal": joint.personal} if joint.personal else {}
    return {"name": joint.name, "scaling": joint.scaling, **own}


def restore_joint(description: dict[str, Any]) -> Joint:
    """The joint that `describe_joint` described."""
    joint = load_joint(description["name"])
    if "personal" in description:
        return personalise(joint, description["personal"])
    return scale_by_factors(joint, **description["scaling"]) if description["scaling"] else joint


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


def _scale_segment(segment: Segment, factor: float, mass: float | None = None) -> Segment:
    new_mass = segment.mass if mass is None else mass
    inertia = np.array(segment.inertia) * (new_mass / segment.mass) * factor**2
    return replace(
        segment,
        length=segment.length * factor,
        mass=new_mass,
        mass_centre=_times(segment.mass_centre, factor),
        inertia=tuple(inertia.tolist()),
    )


def _scale_skeleton(skeleton: Skeleton, proximal: float, distal: float, distal_mass: float | None) -> Skeleton:
    return replace(
        skeleton,
        proximal_in_base=_times(skeleton.proximal_in_base, proximal),
        joint_in_proximal=_times(skeleton.joint_in_proximal, proximal),
        proximal=_scale_segment(skeleton.proximal, proximal),
        distal=_scale_segment(skeleton.distal, distal, distal_mass),
        load_point=_times(skeleton.load_point, distal),
    )
