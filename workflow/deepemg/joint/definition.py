"""A joint as data: muscles, skeleton and muscle-tendon lengths read from `joint/data/<name>.yaml`."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd
import yaml

DATA = Path(str(resources.files("deepemg.joint"))) / "data"


Vector = tuple[float, ...]


@dataclass(frozen=True)
class PathPoint:
    """A muscle path point: the body it is fixed to and its place in that body's frame (m)."""

    body: str
    location: Vector


@dataclass(frozen=True)
class Wrap:
    """A wrapping surface; `shape` holds radius and length (cylinder) or three semi-axes (ellipsoid), in m."""

    name: str
    kind: Literal["cylinder", "ellipsoid"]
    body: str
    shape: tuple[float, ...]
    quadrant: str
    rotation: Vector
    centre: Vector


@dataclass(frozen=True)
class Muscle:
    """Generic Hill parameters and path of one muscle. Units: N, m, rad, optimal fibre lengths per second.

    `beneath` names the muscles that lie over a deep one, nearest first; a surface electrode reaches those, and not
    this. `optional` muscles are lacking in some people's models, and in some people.
    """

    name: str
    label: str
    action: Literal["flexor", "extensor"]
    max_isometric_force: float
    optimal_fibre_length: float
    tendon_slack_length: float
    pennation: float
    max_contraction_velocity: float
    path: tuple[PathPoint, ...] = ()
    wraps: tuple[tuple[str, tuple[int, int]], ...] = ()
    beneath: tuple[str, ...] = ()
    optional: bool = False

    @property
    def deep(self) -> bool:
        """Whether a surface electrode cannot reach it."""
        return bool(self.beneath)


@dataclass(frozen=True)
class Segment:
    """A rigid body: length (m), mass (kg), mass centre (m) and central principal inertias (kg m2) in its own frame.

    `measure` is the key of subject.yaml that holds the subject's own length.
    """

    name: str
    measure: str
    length: float
    mass: float
    mass_centre: Vector
    inertia: Vector


@dataclass(frozen=True)
class Skeleton:
    """A segment fixed to the base, and behind a pin joint another one that moves, with the load in or on it.

    At 0 both segments' frames are parallel. `distal_mass_fraction` is the distal segment's share of the body mass.
    """

    gravity: Vector
    proximal_in_base: Vector
    joint_in_proximal: Vector
    axis: Vector
    coordinate_range_deg: Vector
    proximal: Segment
    distal: Segment
    distal_mass_fraction: float
    load_point: Vector


@dataclass(frozen=True)
class Joint:
    """Everything the physics needs to know about one joint and its muscles.

    `length_angles_deg` (K,) and `lengths` (K, n_muscles) tabulate the muscle-tendon lengths (m) in the posture that the
    data file states.
    """

    name: str
    anatomical_name: str
    coordinate: str
    source: str
    muscles: tuple[Muscle, ...]
    groups: dict[str, tuple[str, ...]]
    skeleton: Skeleton
    wraps: tuple[Wrap, ...]
    length_angles_deg: np.ndarray = field(repr=False)
    lengths: np.ndarray = field(repr=False)
    scaling: dict[str, float | None] = field(default_factory=dict)  # how it was scaled from its data file, if it was
    personal: dict[str, Any] = field(default_factory=dict, repr=False)  # what a model scaled to a person says of it
    postures: dict[str, Vector] = field(default_factory=dict)  # gravity (m/s2, base frame) where the base is turned

    @property
    def muscle_names(self) -> tuple[str, ...]:
        """In the order of every array over muscles."""
        return tuple(muscle.name for muscle in self.muscles)

    @property
    def deep_muscles(self) -> tuple[str, ...]:
        """Muscles that no surface electrode reaches."""
        return tuple(muscle.name for muscle in self.muscles if muscle.deep)

    def muscle(self, name: str) -> Muscle:
        """The muscle of this name. Raises ValueError where there is none."""
        return self.muscles[self.muscle_names.index(name)]

    def members(self, name: str) -> tuple[str, ...]:
        """Muscles that a channel called `name` (a muscle or a group) records; empty if the joint has none."""
        return (name,) if name in self.muscle_names else self.groups.get(name, ())

    def in_posture(self, name: str | None) -> Joint:
        """The joint with gravity as it acts in one of its postures; None is that of the skeleton.

        Raises KeyError where the joint knows no such posture.
        """
        if name is None:
            return self
        if name not in self.postures:
            raise KeyError(f"no posture called {name!r}; joint {self.name} has {', '.join(self.postures) or 'none'}")
        return replace(self, skeleton=replace(self.skeleton, gravity=self.postures[name]))


def _read(name: str) -> dict[str, Any]:
    path = DATA / f"{name}.yaml"
    if not path.exists():
        raise KeyError(f"no joint called {name!r}; there are {', '.join(available_joints())}")
    return dict(yaml.safe_load(path.read_text()))


def available_joints() -> tuple[str, ...]:
    """Names of the joints that have a data file."""
    return tuple(sorted(path.stem for path in DATA.glob("*.yaml")))


def _muscle(name: str, entry: dict[str, Any]) -> Muscle:
    path = tuple(PathPoint(body, (x, y, z)) for body, x, y, z in entry.pop("path", []))
    wraps = tuple((wrap["object"], tuple(wrap.get("range", (-1, -1)))) for wrap in entry.pop("wrap", []))
    beneath = tuple(entry.pop("beneath", ()))
    return Muscle(name=name, path=path, wraps=wraps, beneath=beneath, **entry)


def _wrap(name: str, entry: dict[str, Any]) -> Wrap:
    shape = entry["dimensions"] if entry["type"] == "ellipsoid" else (entry["radius"], entry["length"])
    return Wrap(
        name=name,
        kind=entry["type"],
        body=entry["body"],
        shape=tuple(shape),
        quadrant=entry["quadrant"],
        rotation=tuple(entry["rotation"]),
        centre=tuple(entry["centre"]),
    )


def _skeleton(entry: dict[str, Any]) -> Skeleton:
    def plain(data: dict[str, Any]) -> dict[str, Any]:
        return {key: tuple(value) if isinstance(value, list) else value for key, value in data.items()}

    segments = {key: Segment(**plain(entry[key])) for key in ("proximal", "distal")}
    return Skeleton(**plain(entry) | segments)


@cache  # the workflow asks for the joint of every subject many times, and each of its jobs does so again
def load_joint(name: str) -> Joint:
    """Read a joint from its data file; a joint that `extends` another adds its muscles behind the other's.

    It may add groups and wraps too; joint, skeleton and postures stay the other's. Raises KeyError when there is no
    such joint, ValueError where a length table is shorter than that of the joint it extends.
    """
    entry = _read(name)
    table = pd.read_csv(DATA / entry["length_table"], index_col="angle_deg")
    muscles = tuple(_muscle(key, dict(value)) for key, value in entry["muscles"].items())
    if "extends" not in entry:
        return Joint(
            name=name,
            anatomical_name=entry["joint"],
            coordinate=entry["coordinate"],
            source=entry["source"],
            muscles=muscles,
            groups={key: tuple(value) for key, value in entry["groups"].items()},
            skeleton=_skeleton(entry["skeleton"]),
            wraps=tuple(_wrap(key, value) for key, value in entry["wraps"].items()),
            length_angles_deg=table.index.to_numpy(float),
            lengths=table[[muscle.name for muscle in muscles]].to_numpy(),
            postures={key: tuple(value) for key, value in entry.get("postures", {}).items()},
        )
    parent = load_joint(entry["extends"])
    from scipy.interpolate import CubicSpline

    angles = table.index.to_numpy(float)
    if angles[0] > parent.length_angles_deg[0] or angles[-1] < parent.length_angles_deg[-1]:
        raise ValueError(f"{entry['length_table']} covers {angles[0]:g} to {angles[-1]:g} deg, less than {parent.name}")
    spline = CubicSpline(angles, table[[muscle.name for muscle in muscles]].to_numpy())
    return replace(
        parent,
        name=name,
        source=entry["source"],
        muscles=parent.muscles + muscles,
        groups=parent.groups | {key: tuple(value) for key, value in entry.get("groups", {}).items()},
        wraps=parent.wraps + tuple(_wrap(key, value) for key, value in entry.get("wraps", {}).items()),
        lengths=np.hstack([parent.lengths, spline(parent.length_angles_deg)]),
    )
