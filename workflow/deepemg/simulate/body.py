"""A subject's own arm: sizes, masses, moment arms, strengths, fibres and tendons around those of the generic arm."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from deepemg.joint.definition import Joint, Muscle, PathPoint, Skeleton, Vector, Wrap, load_joint
from deepemg.joint.opensim import muscle_geometry
from deepemg.joint.scaling import scale_by_factors
from deepemg.simulate.assumptions import Assumptions, draw, draw_one


@dataclass(frozen=True)
class Body:
    """The arm, the length ratios of its segments to the generic arm, and what a tape and a scale measure (m, kg)."""

    joint: Joint
    upper_arm_scale: float
    forearm_scale: float
    measured: dict[str, float]


def sample_body(name: str, rng: np.random.Generator, spread: Assumptions) -> Body:
    """Draw a body around the arm with this name."""
    generic = load_joint(name)
    stature = draw_one(rng, spread["stature_scale"])
    upper, fore = (stature * draw(rng, spread["segment_scale"], 2)).tolist()
    mass = generic.skeleton.distal.mass * draw_one(rng, spread["forearm_mass_scale"])
    scaled = scale_by_factors(generic, proximal=upper, distal=fore, distal_mass=mass)
    skeleton = _personal_skeleton(scaled.skeleton, rng, spread)
    joint = _personal_muscles(_personal_paths(replace(scaled, skeleton=skeleton), rng, spread), rng, spread)
    return Body(joint, upper, fore, _measure(joint, rng, spread))


def _measure(joint: Joint, rng: np.random.Generator, spread: Assumptions) -> dict[str, float]:
    """Segment lengths and body mass with the errors of measuring them, by the keys of subject.yaml."""
    segments = (joint.skeleton.proximal, joint.skeleton.distal)
    errors = draw(rng, spread["length_error"], len(segments))
    lengths = {part.measure: round(part.length * float(e), 3) for part, e in zip(segments, errors, strict=True)}
    fraction = joint.skeleton.distal_mass_fraction * draw_one(rng, spread["distal_mass_fraction"])
    body_mass = joint.skeleton.distal.mass / fraction
    return {"mass_kg": round(body_mass * draw_one(rng, spread["body_mass_error"]), 1), **lengths}


def _personal_skeleton(skeleton: Skeleton, rng: np.random.Generator, spread: Assumptions) -> Skeleton:
    """Mass centre, inertia and grip of this subject's forearm around those of the scaled one."""
    centre, inertia, grip = (draw_one(rng, spread[key]) for key in ("mass_centre", "inertia", "grip"))
    distal = replace(
        skeleton.distal,
        mass_centre=_times(skeleton.distal.mass_centre, centre),
        inertia=_times(skeleton.distal.inertia, inertia),
    )
    return replace(skeleton, distal=distal, load_point=_times(skeleton.load_point, grip))


def _times(vector: Vector, factor: float) -> Vector:
    return tuple(factor * value for value in vector)


def _personal_paths(joint: Joint, rng: np.random.Generator, spread: Assumptions) -> Joint:
    """Insertions nearer to or farther from the joint, thicker or thinner bones below the tendons.

    Muscles that share an insertion keep it. The table of lengths is that of the new paths, and every tendon fits its
    new path where the arm is half bent, so the fibres keep their operating range.
    """
    distal = joint.skeleton.distal.name
    insertions = dict.fromkeys(muscle.path[-1].location for muscle in joint.muscles)
    factors = dict(zip(insertions, draw(rng, spread["insertion"], len(insertions)).tolist(), strict=True))
    thickness = draw_one(rng, spread["wrap_radius"])
    moved = replace(
        joint,
        muscles=tuple(_move_insertion(muscle, distal, factors[muscle.path[-1].location]) for muscle in joint.muscles),
        wraps=tuple(_thicken(wrap, joint.skeleton.proximal.name, thickness) for wrap in joint.wraps),
    )
    lengths, _ = muscle_geometry(moved, joint.length_angles_deg)
    middle = len(lengths) // 2
    shift = (lengths[middle] - joint.lengths[middle]).tolist()
    muscles = tuple(
        replace(muscle, tendon_slack_length=muscle.tendon_slack_length + change)
        for muscle, change in zip(moved.muscles, shift, strict=True)
    )
    return replace(moved, muscles=muscles, lengths=lengths)


def _move_insertion(muscle: Muscle, distal: str, factor: float) -> Muscle:
    def place(point: PathPoint) -> Vector:
        return _times(point.location, factor) if point.body == distal else point.location

    return replace(muscle, path=tuple(PathPoint(point.body, place(point)) for point in muscle.path))


def _thicken(wrap: Wrap, proximal: str, factor: float) -> Wrap:
    """Wrapping cylinders at the joint; the ellipsoids of the shoulder stay."""
    if wrap.kind != "cylinder" or wrap.body != proximal:
        return wrap
    return replace(wrap, shape=(wrap.shape[0] * factor, *wrap.shape[1:]))


def _personal_muscles(joint: Joint, rng: np.random.Generator, spread: Assumptions) -> Joint:
    """Strengths, fibre and tendon lengths, pennation and speed of this subject around those of its scaled arm."""
    count = len(joint.muscles)
    strength = draw_one(rng, spread["strength"]) * draw(rng, spread["muscle_strength"], count)
    fibre = draw(rng, spread["optimal_fibre_length"], count)
    tendon = draw(rng, spread["tendon_slack_length"], count)
    pennation = draw(rng, spread["pennation"], count)
    velocity = draw(rng, spread["max_contraction_velocity"], count)
    muscles = tuple(
        replace(
            muscle,
            max_isometric_force=muscle.max_isometric_force * float(strength[index]),
            optimal_fibre_length=muscle.optimal_fibre_length * float(fibre[index]),
            tendon_slack_length=muscle.tendon_slack_length * float(tendon[index]),
            pennation=muscle.pennation * float(pennation[index]),
            max_contraction_velocity=muscle.max_contraction_velocity * float(velocity[index]),
        )
        for index, muscle in enumerate(joint.muscles)
    )
    return replace(joint, muscles=muscles)
