"""Bodies of virtual subjects: what a muscle gives at an angle and a velocity, in each subject's own joint."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from deepemg.joint.curves import CURVES
from deepemg.joint.definition import Joint
from deepemg.joint.geometry import MuscleGeometry
from deepemg.joint.hill import SHORTEST_LENGTH
from deepemg.joint.joint_moment import joint_moment
from deepemg.pretrain.virtual.draws import Assumptions, Draws

TABLE_DEG = (-25.0, 165.0, 0.25)  # first, last, step of the table of generic geometry


@dataclass(frozen=True)
class Bodies:
    """Personal bodies: `muscle` holds (B, M), `segment` (B,) tensors, by the keys of assumptions.yaml."""

    joint: Joint
    curves: str
    muscle: dict[str, Tensor]
    segment: dict[str, Tensor]
    middle_angle: float
    full_torque: float

    def __len__(self) -> int:
        return len(self.segment["proximal"])


def draw_bodies(draws: Draws, count: int, joint: Joint, curves: str, assumptions: Assumptions) -> Bodies:
    """Draw `count` bodies; a muscle that a body lacks has no strength."""
    spread = assumptions["body"]
    muscles = len(joint.muscles)
    flexor = torch.tensor([m.action == "flexor" for m in joint.muscles])

    size = draws.of(spread["size"], count)
    proximal, distal = (size * draws.of(spread["segment"], count) for _ in range(2))
    groups = draws.of(spread["group_strength"], count, 2)
    strength = (
        draws.of(spread["strength"], count, 1)
        * torch.where(flexor, groups[:, :1], groups[:, 1:])
        * draws.of(spread["muscle_strength"], count, muscles)
    )
    in_body, in_model = (torch.ones(count, muscles, dtype=torch.bool) for _ in range(2))
    for place in (place for place, m in enumerate(joint.muscles) if m.optional):
        modelled = draws.chance(spread["optional_muscle_modelled"], count)
        in_model[:, place] = modelled
        in_body[:, place] = modelled | draws.chance(spread["unmodelled_optional_muscle"], count)

    def generic(name: str) -> Tensor:
        return torch.tensor([float(getattr(m, name)) for m in joint.muscles])

    mean = 0.5 * (proximal + distal)[:, None]
    muscle = {
        "max_isometric_force": generic("max_isometric_force") * strength,
        "optimal_fibre_length": generic("optimal_fibre_length")
        * mean
        * draws.of(spread["optimal_fibre_length"], count, muscles),
        "tendon_slack_length": generic("tendon_slack_length")
        * mean
        * draws.of(spread["tendon_slack_length"], count, muscles),
        "pennation": (generic("pennation") + draws.of(spread["pennation"], count, muscles)).clamp(min=0),
        "max_contraction_velocity": draws.of(spread["max_contraction_velocity"], count, muscles),
        "in_body": in_body,
        "in_model": in_model,
        "moment_arm": draws.of(spread["moment_arm"], count, muscles),
        "moment_arm_tilt": draws.of(spread["moment_arm_tilt"], count, muscles),
    }
    active = ("active_width", "eccentric_gain", "concentric_bend")
    passive = ("passive_shape", "passive_strain", "passive_size", "tendon_strain")
    muscle |= {name: draws.of(spread[name], count, 1).expand(count, muscles) for name in (*active, *passive)}
    segment = {
        "proximal": proximal,
        "distal": distal,
        "forearm_mass": size**3 * draws.of(spread["forearm_mass"], count),
        "mass_centre": draws.of(spread["mass_centre"], count),
        "grip": draws.of(spread["grip"], count),
        "damping": draws.of(spread["damping"], count),
        "activation_lag": draws.of(spread["activation_lag"], count),
    }
    return Bodies(joint, curves, muscle, segment, float(np.deg2rad(spread["middle_angle"])), spread["full_torque"])


def generic_geometry(joint: Joint, middle: float) -> tuple[Tensor, Tensor]:
    """Table (K, 3, M) of the generic moment arm r and the integrals of r and r (q - middle); lengths at middle (M,).

    A moment arm r (s + t (q - middle)) then belongs to the length l(middle) - s I0 - t I1.
    """
    first, last, step = TABLE_DEG
    angle = torch.deg2rad(torch.arange(first, last + step / 2, step, dtype=torch.float64))
    _, joints = MuscleGeometry(joint)(angle)
    centre = int(torch.argmin((angle - middle).abs()))
    tilted = joints * (angle - middle)[:, None]
    integrals = [
        torch.cat([torch.zeros_like(r[:1]), torch.cumulative_trapezoid(r, angle, dim=0)]) for r in (joints, tilted)
    ]
    table = torch.stack([joints, *(i - i[centre] for i in integrals)], dim=1)
    length, _ = MuscleGeometry(joint)(torch.tensor(middle, dtype=torch.float64))
    return table.float(), length.float()


def torque_terms(bodies: Bodies, angle: Tensor, velocity: Tensor, effort: Tensor) -> tuple[Tensor, Tensor]:
    """Torque per unit of activation and passive torque, both (B, ..., M) in N m, at angle and velocity (B, ...).

    `effort` (B, ...), N m, is the torque needed: it stretches the tendons of the muscles, more at first.
    """
    p = {name: v.reshape(len(v), *[1] * (angle.dim() - 1), -1) for name, v in bodies.muscle.items()}
    mean = (0.5 * (bodies.segment["proximal"] + bodies.segment["distal"])).reshape(-1, *[1] * angle.dim())
    table, length_there = generic_geometry(bodies.joint, bodies.middle_angle)
    first, _, step = TABLE_DEG
    place = ((torch.rad2deg(angle) - first) / step).clamp(0, len(table) - 1.001)
    row = place.long()
    geometry = torch.lerp(table[row], table[row + 1], (place - row)[..., None, None])
    generic_joint, plain, tilted = geometry.unbind(-2)
    moment_arm = (
        mean * generic_joint * (p["moment_arm"] + p["moment_arm_tilt"] * (angle - bodies.middle_angle)[..., None])
    )
    length = mean * (length_there - p["moment_arm"] * plain - p["moment_arm_tilt"] * tilted)

    sign = torch.tensor([1.0 if m.action == "flexor" else -1.0 for m in bodies.joint.muscles])
    needed = (effort[..., None] * sign).clamp(min=0) / bodies.full_torque
    slack = p["tendon_slack_length"] * (1 + p["tendon_strain"] * (needed + 1e-6) ** (1 / 3))
    optimal = p["optimal_fibre_length"]
    along = (length - slack).clamp(min=SHORTEST_LENGTH * optimal)
    fibre = torch.sqrt(along**2 + (optimal * torch.sin(p["pennation"])) ** 2)
    cosine = along / fibre
    stretch = fibre / optimal
    speed = -moment_arm * velocity[..., None] * cosine / (p["max_contraction_velocity"] * optimal)

    curves = CURVES[bodies.curves]
    active = curves.active_force_length(1 + (stretch - 1) / p["active_width"])
    force = curves.force_velocity(speed.clamp(-0.999, 2.0))
    lengthening = 1 + p["eccentric_gain"] * (force - 1)
    force = torch.where(force > 1, lengthening, force.clamp(min=0) ** p["concentric_bend"]).clamp(min=0)
    strain = (stretch - 1).clamp(min=0) / p["passive_strain"]
    passive = p["passive_size"] * torch.expm1(p["passive_shape"] * strain) / torch.expm1(p["passive_shape"])
    scale = moment_arm * cosine * p["max_isometric_force"] * p["in_body"]
    return scale * active * force, scale * passive


def gravity_and_inertia(joint: Joint, angle: Tensor) -> tuple[Tensor, Tensor, float, float]:
    """Of the generic forearm and of 1 kg in its hand: moments that hold them at `angle` (N m), inertias (kg m2)."""
    skeleton = joint.skeleton
    flat = angle.reshape(-1).double().numpy()
    still = np.zeros_like(flat)
    forearm = joint_moment(skeleton, flat, still, load_kg=0.0)
    load = joint_moment(skeleton, flat, still, load_kg=1.0) - forearm
    zero, one = np.zeros(1), np.ones(1)
    inertia = [
        float((joint_moment(skeleton, zero, one, load_kg=kg) - joint_moment(skeleton, zero, zero, load_kg=kg))[0])
        for kg in (0.0, 1.0)
    ]
    held, hanging = (torch.from_numpy(m).to(angle).reshape(angle.shape) for m in (forearm, load))
    return held, hanging, inertia[0], inertia[1] - inertia[0]
