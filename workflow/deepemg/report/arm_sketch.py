"""The joint in its plane of motion: segments, angle, gravity, load, and muscles with and without an electrode."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib import rcParams
from matplotlib.axes import Axes

from deepemg.joint.definition import Joint, Muscle

FLEXED_DEG = 70.0  # as drawn
BONE = "#D9CDB8"
BESIDE = 0.018  # of the arm's length: muscles that lie over each other are drawn beside each other, deep ones inside
OBSERVED: dict[str, Any] = {"color": "#7A7A7A", "linewidth": 1.0}
ARROW: dict[str, Any] = {"arrowstyle": "-|>", "linewidth": 0.8, "color": "#000000"}
HIDDEN: dict[str, Any] = {"color": "#000000", "linewidth": 1.6, "linestyle": (0, (3, 1.2))}


def turned(axis: tuple[float, ...], angle_rad: float) -> np.ndarray:
    """Rotation (3, 3) about an axis (Rodrigues)."""
    x, y, z = np.array(axis) / np.linalg.norm(axis)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    rotation: np.ndarray = np.eye(3) + np.sin(angle_rad) * cross + (1 - np.cos(angle_rad)) * cross @ cross
    return rotation


def in_plane(joint: Joint, body: str, location: np.ndarray, angle_rad: float) -> np.ndarray:
    """A point of a body (m, its own frame) in the base frame's x-y plane at a joint angle."""
    bones = joint.skeleton
    if body == bones.distal.name:
        location = turned(bones.axis, angle_rad) @ location + np.array(bones.joint_in_proximal)
    moved = location if body not in (bones.proximal.name, bones.distal.name) else location + bones.proximal_in_base
    return moved[:2]


def muscle_path(joint: Joint, muscle: Muscle, angle_rad: float) -> np.ndarray:
    """Points (N, 2) of a muscle's path, straight lines between them; wrapping surfaces are left out."""
    points = [in_plane(joint, point.body, np.array(point.location), angle_rad) for point in muscle.path]
    return np.array(points).reshape(-1, 2)


def draw(axes: Axes, joint: Joint, roles: Mapping[str, str]) -> None:
    """Draw the joint of the subjects' data file. `roles` says of each muscle whether it is observed or hidden."""
    bones, angle = joint.skeleton, np.deg2rad(FLEXED_DEG)
    size = bones.proximal.length + bones.distal.length
    origin = np.zeros(3)
    hinge = in_plane(joint, bones.distal.name, origin, angle)
    top = in_plane(joint, bones.proximal.name, origin, angle)
    far = np.array([0, -bones.distal.length, 0])
    straight, end = (in_plane(joint, bones.distal.name, far, at) for at in (0.0, angle))
    load = in_plane(joint, bones.distal.name, np.array(bones.load_point), angle)
    for start, stop in ((top, hinge), (hinge, end), (end, load)):
        axes.plot(*zip(start, stop, strict=True), color=BONE, linewidth=7, solid_capstyle="round", zorder=1)
    axes.plot(*zip(hinge, straight, strict=True), color=BONE, linewidth=1, linestyle="--", zorder=1)
    axes.plot(*load, "o", color="#555555", markersize=9)
    _draw_angle(axes, joint, hinge, angle)
    flexed = 1.0 if end[0] > hinge[0] else -1.0
    outward = {"flexor": flexed, "extensor": -flexed}
    sides: dict[str, list[tuple[Muscle, np.ndarray]]] = {"flexor": [], "extensor": []}
    for muscle in sorted(joint.muscles, key=lambda one: not one.deep):
        points = muscle_path(joint, muscle, angle)
        points[:, 0] += outward[muscle.action] * BESIDE * size * len(sides[muscle.action])
        axes.plot(*points.T, **(HIDDEN if roles[muscle.name] == "hidden" else OBSERVED), zorder=3)
        sides[muscle.action].append((muscle, _belly(points)))
    edges = {"flexor": max(top[0], hinge[0]) + flexed * 0.22 * size, "extensor": hinge[0] - flexed * 0.2 * size}
    for action, muscles in sides.items():
        _draw_labels(axes, muscles, roles, edges[action], top[1] + 0.14 * size, hinge[1])
    axes.annotate("load", tuple(load), (0, 7), textcoords="offset points", ha="center", va="bottom")
    pull = np.array(bones.gravity[:2]) / np.linalg.norm(bones.gravity) * 0.12 * size
    start = np.array([edges["extensor"], hinge[1] - 0.2 * size])
    axes.plot(*zip(start, start + pull, strict=True), linewidth=0)  # room for the arrow
    axes.annotate("", tuple(start + pull), tuple(start), arrowprops=ARROW)
    axes.annotate("gravity", tuple(start), (0, 3), textcoords="offset points", ha="center", va="bottom")
    axes.set_aspect("equal")
    axes.margins(0.08)
    axes.set_axis_off()


def _belly(points: np.ndarray) -> np.ndarray:
    """The middle of a path; nothing where a joint has no paths."""
    if len(points) < 2:
        return np.full(2, np.nan)
    steps = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    return np.array([np.interp(0.55 * steps[-1], steps, column) for column in points.T])


def _draw_angle(axes: Axes, joint: Joint, hinge: np.ndarray, angle: float) -> None:
    radius = 0.45 * joint.skeleton.distal.length
    at = np.linspace(0, angle, 30)
    arc = np.array([in_plane(joint, joint.skeleton.distal.name, np.array([0, -radius, 0]), one) for one in at])
    axes.plot(*arc.T, color="#000000", linewidth=0.8)
    axes.annotate("", arc[-1], arc[-3], arrowprops=ARROW)
    text = f"{joint.anatomical_name} angle\n0 = extended,\nflexion positive"
    axes.annotate(
        text, arc[15], (5, -5), textcoords="offset points", va="top", ha="left" if arc[15, 0] > hinge[0] else "right"
    )


def _draw_labels(
    axes: Axes, muscles: list[tuple[Muscle, np.ndarray]], roles: Mapping[str, str], x: float, high: float, low: float
) -> None:
    """Names beside the arm, the upper ones for the upper bellies; a square on a belly is an electrode."""
    muscles = sorted(muscles, key=lambda one: -np.nan_to_num(one[1][1]))
    heights = np.linspace(high, low, 2 * len(muscles) + 1)[1::2]
    for (muscle, belly), y in zip(muscles, heights, strict=True):
        hidden = roles[muscle.name] == "hidden"
        outward = "left" if np.isnan(belly[0]) or x > belly[0] else "right"
        look: dict[str, Any] = {"fontweight": "bold" if hidden else "normal", "ha": outward, "va": "center"}
        axes.text(x, y, muscle.label.replace(" ", "\n", 1), fontsize=rcParams["font.size"], **look)
        if np.isfinite(belly).all():
            axes.plot([belly[0], x], [belly[1], y], color="#B0B0B0", linewidth=0.5, zorder=2)
            if not hidden:
                axes.plot(*belly, "s", color="#000000", markersize=3.5, zorder=4)
