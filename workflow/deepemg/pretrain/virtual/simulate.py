"""Virtual subjects, made by inverse dynamics: motion, torque, its sharing over muscles, excitation, envelopes."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor

from deepemg.joint.definition import Joint, load_joint
from deepemg.joint.parameters import GLOBAL, HILL, parameter_scheme
from deepemg.pretrain.virtual.bodies import Bodies, draw_bodies, gravity_and_inertia, torque_terms
from deepemg.pretrain.virtual.draws import Assumptions, Draws, filtered, frequencies
from deepemg.pretrain.virtual.emg import (
    VirtualElectrodes,
    amplitudes,
    draw_electrodes,
    noisy,
    recorded,
)
from deepemg.pretrain.virtual.isometric import VirtualContractions, isometric_contractions
from deepemg.pretrain.virtual.levels import movement_levels, mvc_levels
from deepemg.pretrain.virtual.movements import Movements, draw_movements
from deepemg.pretrain.virtual.sharing import co_contraction, draw_habits, drive, shared
from deepemg.signals.settings import EnvelopeSettings

LARGEST_ERROR = 6.0  # N m, sd of the smooth error of a torque: beyond it nobody would use it
SIZES = ("optimal_fibre_length", "tendon_slack_length")  # scale with the segments


@dataclass(frozen=True)
class VirtualSubjects:
    """B subjects, K trials, T samples, M muscles of the joint.

    What a method is given: angle, velocity, acceleration (B, K, T), torque (B, K, T) N m by inverse dynamics, load
    (B, K) kg, size (B,) measured ratio to the generic lengths, envelopes (B, K, T, M), in_model (B, M), mvc (B,)
    whether envelopes are fractions of MVC, isometric contractions. What it is not given: excitations (B, K, T, M)
    as fractions of MVC, and parameters (B, P) of scheme hill32. For tests: what the muscles really did, `own_torque`
    (B, K, T), against `needed_torque`.
    """

    angle: Tensor
    velocity: Tensor
    acceleration: Tensor
    torque: Tensor
    load: Tensor
    size: Tensor
    envelopes: Tensor
    in_model: Tensor
    is_mvc: Tensor
    isometric: VirtualContractions
    excitations: Tensor
    parameters: Tensor
    own_torque: Tensor
    needed_torque: Tensor


def simulate(
    seed: int, *, subjects: int, trials: int, samples: int, curves: str, assumptions: Assumptions
) -> VirtualSubjects:
    """Make `subjects` virtual subjects with `trials` windows of `samples` at the rate of the assumptions."""
    draws, joint = Draws(seed), load_joint(assumptions["joint"])
    bodies = draw_bodies(draws, subjects, joint, curves, assumptions)
    habits = draw_habits(draws, subjects, joint, assumptions)
    electrodes = draw_electrodes(draws, subjects, joint, assumptions)
    motion = draw_movements(draws, subjects, trials, samples, assumptions)

    own = (bodies.segment[name] for name in ("distal", "forearm_mass", "mass_centre", "grip"))
    forearm, loading = _moments(joint, motion, *own)
    unloaded = forearm + _column(bodies.segment["damping"]) * motion.velocity
    load = _drawn_loads(draws, subjects, trials, assumptions["movement"])
    gain, passive = torque_terms(bodies, motion.angle, motion.velocity, unloaded + load[..., None] * loading)
    load = _bearable(load, unloaded, loading, gain, passive, assumptions["movement"]["hardest"])
    needed = unloaded + load[..., None] * loading

    floor = co_contraction(draws, habits, needed, motion.velocity, motion.acceleration)
    there = bodies.muscle["in_body"][:, None, None]
    wanted = drive(draws, habits, gain.abs(), motion.angle, motion.velocity, load) * there
    activation = shared(wanted, gain, needed - passive.sum(-1), floor * there, habits.action)
    excitation, ahead = _excitations(activation, bodies, electrodes, assumptions)

    envelopes = recorded(electrodes, noisy(draws, electrodes, amplitudes(electrodes, ahead), assumptions))
    is_mvc = ~draws.chance(assumptions["mvc"]["unknown"], subjects)
    of_mvc = mvc_levels(draws, electrodes, habits.action, assumptions)
    level, true_level = (
        torch.where(is_mvc[:, None], known, movement_levels(signal[:, : max(1, trials - 1)], assumptions["rate"]))
        for known, signal in zip(of_mvc, (envelopes, excitation), strict=True)
    )
    return VirtualSubjects(
        **_measured(draws, bodies, motion, load, assumptions),
        envelopes=envelopes / level[:, None, None],
        in_model=bodies.muscle["in_model"],
        is_mvc=is_mvc,
        isometric=isometric_contractions(draws, bodies, habits, electrodes, level, is_mvc, assumptions),
        excitations=excitation / true_level[:, None, None],
        parameters=_parameters(bodies, electrodes),
        own_torque=(gain * activation).sum(-1) + passive.sum(-1),
        needed_torque=needed,
    )


def _column(value: Tensor) -> Tensor:
    return value[:, None, None]


def _moments(
    joint: Joint, motion: Movements, scale: Tensor, mass: Tensor, centre: Tensor, grip: Tensor
) -> tuple[Tensor, Tensor]:
    """Moments (B, K, T) that move the forearm, and each kg in its hand; the others (B,) are ratios to the generic."""
    forearm, load, inertia, inertia_load = gravity_and_inertia(joint, motion.angle + motion.elevation[..., None])
    gravity = motion.gravity[..., None]
    scale, mass, centre, grip = (_column(value) for value in (scale, mass, centre, grip))
    own = mass * scale * centre * (gravity * forearm + scale * centre * inertia * motion.acceleration)
    hand = scale * grip * (gravity * load + scale * grip * inertia_load * motion.acceleration)
    return own, hand


def _drawn_loads(draws: Draws, subjects: int, trials: int, spread: Assumptions) -> Tensor:
    """Loads (B, K), kg; some subjects lift one load only."""
    loads = draws.of(spread["load"], subjects, trials) * ~draws.chance(spread["unloaded"], subjects, trials)
    return torch.where(draws.chance(spread["one_load"], subjects, 1), loads[:, :1], loads)


def _bearable(load: Tensor, unloaded: Tensor, per_kg: Tensor, gain: Tensor, passive: Tensor, hardest: float) -> Tensor:
    """Loads (B, K), made lighter where the torque would be more than a share of what the muscles can give."""
    still = passive.sum(-1)
    up, down = still + hardest * gain.clamp(min=0).sum(-1), still + hardest * gain.clamp(max=0).sum(-1)
    limit = torch.where(per_kg > 0, up - unloaded, unloaded - down) / per_kg.abs().clamp(min=0.2)
    return torch.minimum(load, limit.amin(-1).clamp(min=0))


def _excitations(
    activation: Tensor, bodies: Bodies, electrodes: VirtualElectrodes, assumptions: Assumptions
) -> tuple[Tensor, Tensor]:
    """Excitations behind activations (B, K, T, M), and the same ahead by each channel's delay, both low-passed.

    The activation lags the excitation by a first-order lag of one time constant, inverted here.
    """
    rate, envelope = assumptions["rate"], EnvelopeSettings()
    frequency = frequencies(activation.shape[2], rate)
    lead = 1 + 2j * torch.pi * frequency * bodies.segment["activation_lag"][:, None, None, None]
    response = lead / (1 + (frequency / envelope.envelope_cutoff_hz) ** envelope.order)
    shift = torch.exp(2j * torch.pi * frequency * electrodes.delay[:, None, :, None])
    signal = activation.transpose(-1, -2)
    results = (filtered(signal, response), filtered(signal, response * shift))
    excitation, ahead = (result.transpose(-1, -2).clamp(0.002, 1.0) for result in results)
    return excitation, ahead


def _measured(
    draws: Draws, bodies: Bodies, motion: Movements, load: Tensor, assumptions: Assumptions
) -> dict[str, Tensor]:
    """What the method is given of motion, load, size and torque, with the errors of measurement."""
    spread, rate, (count, trials, samples) = assumptions["measured"], assumptions["rate"], motion.angle.shape
    wrong = draws.chance(spread["wrong_zero"]["share"], count)
    zero = torch.where(wrong, draws.of(spread["wrong_zero"], count), draws.of(spread["angle"], count))
    upright = torch.pi * (motion.elevation.abs() > torch.pi / 2)
    bump, its_velocity, its_acceleration = _glitches(draws, count, trials, samples, rate, spread["glitch"])
    seen = replace(
        motion,
        angle=motion.angle + torch.deg2rad(_column(zero)) + bump,
        velocity=motion.velocity + its_velocity,
        acceleration=motion.acceleration + its_acceleration,
        elevation=upright,
    )
    proximal, distal = (bodies.segment[name] * draws.of(spread["length"], count) for name in ("proximal", "distal"))
    one = torch.ones(count)
    mass = bodies.segment["forearm_mass"] * draws.of(spread["forearm_mass"], count)
    forearm, per_kg = _moments(bodies.joint, seen, distal, mass, one, one)
    read = load * draws.of(spread["load"], count, trials)
    size = draws.of(spread["torque_error"], count, trials) * draws.heavy(spread["torque_error_tail"], count, trials)
    error = size.clamp(max=LARGEST_ERROR)[..., None] * draws.smooth(
        draws.of(spread["torque_error_time"], count, trials), samples, rate
    )
    return {
        "angle": seen.angle,
        "velocity": seen.velocity,
        "acceleration": seen.acceleration,
        "torque": forearm + read[..., None] * per_kg + error,
        "load": read,
        "size": 0.5 * (proximal + distal),
    }


def _glitches(
    draws: Draws, count: int, trials: int, samples: int, rate: float, spread: Assumptions
) -> tuple[Tensor, Tensor, Tensor]:
    """Bumps (B, K, T) of the angle where a sensor slipped or a marker was lost, rad, and their two derivatives.

    A Gaussian bump, as a low-pass makes of a short one; inverse dynamics makes a torque of it that nobody exerted.
    """
    each = (count, trials, 1)
    width, centre = draws.of(spread["width"], *each), draws.uniform(*each) * samples / rate
    height = torch.deg2rad(draws.of(spread["height"], *each)) * torch.sign(draws.normal(*each))
    height = height * draws.chance(spread["share"], *each)
    away = (torch.arange(samples) / rate - centre) / width
    bump = height * torch.exp(-0.5 * away**2)
    return bump, -bump * away / width, bump * (away**2 - 1) / width**2


def _parameters(bodies: Bodies, electrodes: VirtualElectrodes) -> Tensor:
    """Personal parameters (B, P) in the order of scheme hill32, on a joint scaled to the subject's true size."""
    scheme = parameter_scheme(bodies.joint, "hill32")
    columns = {
        "emg_nonlinearity": electrodes.nonlinearity.mean(-1),
        "electromechanical_delay": electrodes.delay.mean(-1),
    }
    size = 0.5 * (bodies.segment["proximal"] + bodies.segment["distal"])[:, None]
    values = {name: bodies.muscle[name] / (size if name in SIZES else 1.0) for name in HILL}
    rows = [
        columns[name] if muscle == GLOBAL else values[name][:, bodies.joint.muscle_names.index(muscle)]
        for muscle, name in zip(scheme.muscles, scheme.parameters, strict=True)
    ]
    return torch.stack(rows, dim=-1)
