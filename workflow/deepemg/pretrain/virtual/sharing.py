"""How virtual subjects share torque over muscles: effort, capacity, synergies, alternation; and co-contraction."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.pretrain.virtual.draws import Assumptions, Draws

MIDDLE_LOAD = 2.0  # kg, where the load tilts nothing
BRAKING = 20.0  # rad/s2, where the co-contraction burst is as large as drawn
ROUNDS = 4  # of spilling over from muscles that can give no more


@dataclass(frozen=True)
class Habits:
    """Habits by subject, by the keys of assumptions.yaml: (B, M) by muscle, (B, S) by synergy, (B,) otherwise."""

    sharing: dict[str, Tensor]
    co_contraction: dict[str, Tensor]
    action: Tensor  # (M,), 1 flexor, -1 extensor
    middle_angle: float
    rate: float
    tail: float


def draw_habits(draws: Draws, count: int, joint: Joint, assumptions: Assumptions) -> Habits:
    """Draw the habits of `count` subjects."""
    spread, opposing = assumptions["sharing"], assumptions["co_contraction"]
    names, muscles = joint.muscle_names, len(joint.muscles)
    families = torch.tensor(list(spread["families"].values()))
    family = torch.multinomial(families, count, replacement=True, generator=draws.generator)
    powers = torch.stack(
        [torch.ones(count), torch.full((count,), 0.5), draws.of(spread["capacity_power"], count), torch.zeros(count)]
    )
    alternating = draws.chance(spread["alternation"]["share"], count) * draws.of(spread["alternation"], count)
    deep_flexor = torch.tensor([float(m.deep and m.action == "flexor") for m in joint.muscles])
    independent = torch.zeros(count, muscles)
    for name in joint.deep_muscles:
        chosen = draws.chance(spread["independent"]["share"], count)
        independent[:, names.index(name)] = chosen * draws.of(spread["independent"], count)
    synergies = spread["synergies"]
    sharing = {
        "power": powers.gather(0, family[None])[0],
        "synergistic": (family == list(spread["families"]).index("synergies")).float(),
        "alternation": alternating[:, None] * deep_flexor,
        "independent": independent,
        "drift": draws.of(spread["drift"], count),
        "drift_time": draws.of(spread["drift_time"], count),
        "tone": draws.of(spread["tone"], count),
        "synergy_weight": draws.of(spread["synergy_weight"], count, synergies, muscles),
        "synergy_tilt": draws.of(spread["synergy_tilt"], count, synergies),
        "synergy_drift": draws.of(spread["synergy_drift"], count),
    }
    sharing |= {
        name: draws.of(spread[name], count, muscles) * draws.heavy(spread["habit_tail"], count, muscles).clamp(max=3)
        for name in ("bias", "angle_tilt", "velocity_tilt", "load_tilt")
    }
    co_contraction = {
        name: draws.of(opposing[name], count) for name in ("base", "gain", "burst", "speed", "drift", "agonist")
    }
    co_contraction["head"] = draws.of(opposing["head"], count, muscles)
    action = torch.tensor([1.0 if m.action == "flexor" else -1.0 for m in joint.muscles])
    middle = float(torch.deg2rad(torch.tensor(assumptions["body"]["middle_angle"])))
    return Habits(sharing, co_contraction, action, middle, assumptions["rate"], spread["tail"])


def _by_subject(value: Tensor, trailing: int) -> Tensor:
    """(B, ...) with two more dimensions for trials and samples before the last `trailing` ones."""
    return value.reshape(value.shape[0], 1, 1, *value.shape[value.dim() - trailing :])


def drive(draws: Draws, habits: Habits, capacity: Tensor, angle: Tensor, velocity: Tensor, load: Tensor) -> Tensor:
    """Wanted shares (B, K, T, M), up to a factor; capacity (B, K, T, M) is never negative, load is (B, K)."""
    h, (subjects, trials, samples, muscles) = habits.sharing, capacity.shape
    bend = (angle - habits.middle_angle)[..., None]
    times = _by_subject(h["drift_time"], 0)[..., 0, None].expand(subjects, trials, muscles)
    tails = draws.heavy(habits.tail, subjects, trials, muscles)
    own = torch.sqrt(h["drift"][:, None, None] ** 2 * tails**2 + h["independent"][:, None] ** 2).clamp(max=1.5)
    drift = (own[..., None] * draws.smooth(times, samples, habits.rate)).transpose(-1, -2)
    tilts = (
        _by_subject(h["bias"], 1)
        + _by_subject(h["angle_tilt"], 1) * bend
        + _by_subject(h["velocity_tilt"], 1) * velocity[..., None]
        + _by_subject(h["load_tilt"], 1) * (load - MIDDLE_LOAD)[..., None, None]
    )
    commands = _by_subject(h["synergy_tilt"], 1) * bend + _by_subject(h["synergy_drift"], 0)[..., None] * draws.smooth(
        times[..., : h["synergy_tilt"].shape[1]], samples, habits.rate
    ).transpose(-1, -2)
    synergies = torch.logsumexp(commands[..., None] + _by_subject(h["synergy_weight"], 2), dim=-2)
    relative = torch.log(capacity + 0.02 * capacity.amax(-1, keepdim=True) + 1e-6)
    relative = relative - relative.mean(-1, keepdim=True)
    synergistic = _by_subject(h["synergistic"], 0)[..., None]
    shares = (
        torch.lerp(tilts, synergies, synergistic)
        + drift
        + _by_subject(h["power"], 0)[..., None] * relative
        + _by_subject(h["alternation"], 1) * torch.tanh(2 * velocity)[..., None]
    )
    return torch.exp(shares.clamp(-6, 6))


def co_contraction(draws: Draws, habits: Habits, torque: Tensor, velocity: Tensor, acceleration: Tensor) -> Tensor:
    """Activation (B, K, T, M) that serves no torque; torque, velocity, acceleration are (B, K, T)."""
    h, (subjects, trials, samples) = habits.co_contraction, torque.shape
    muscles = len(habits.action)
    braking = (-acceleration * torch.sign(velocity)).clamp(min=0) / BRAKING
    level = (
        _by_subject(h["base"], 0)
        + _by_subject(h["gain"], 0) * torque.abs()
        + _by_subject(h["burst"], 0) * braking
        + _by_subject(h["speed"], 0) * velocity.abs()
    )
    times = habits.sharing["drift_time"][:, None, None].expand(subjects, trials, muscles + 1)
    process = draws.smooth(times, samples, habits.rate).transpose(-1, -2)
    sd = h["drift"][:, None, None] * draws.heavy(habits.tail, subjects, trials, 1).clamp(max=2.5)
    own = torch.sqrt(sd**2 + habits.sharing["independent"][:, None] ** 2).clamp(max=1.0)
    log_drift = sd[..., None, :] * process[..., -1:] + own[..., None, :] * process[..., :-1]
    opposing = 0.5 - 0.5 * habits.action * torch.tanh(torque / 2)[..., None]
    agonist = _by_subject(h["agonist"], 0)[..., None]
    share = agonist + (1 - agonist) * opposing
    activation = level[..., None] * share * _by_subject(h["head"], 1) * torch.exp(log_drift.clamp(-2.5, 2.5))
    return -torch.expm1(-activation - _by_subject(habits.sharing["tone"], 0)[..., None])


def shared(wanted: Tensor, gain: Tensor, torque: Tensor, floor: Tensor, action: Tensor) -> Tensor:
    """Activations (..., M) in 0..1 that give `torque` (...) on top of `floor` (..., M), in the proportion `wanted`.

    `gain` (..., M) is torque per activation. What a muscle cannot give, the others of its action take over; where all
    are at their limit, torque is missing.
    """
    rest = torque - (gain * floor).sum(-1)
    pulls = (action * torch.sign(rest)[..., None]) > 0
    capacity = gain.abs() * pulls
    room, left, free = 1 - floor, rest.abs(), torch.ones_like(floor)
    added = torch.zeros_like(floor)
    for _ in range(ROUNDS):
        factor = left / (capacity * wanted * free).sum(-1).clamp(min=1e-6)
        added = torch.where(free > 0, factor[..., None] * wanted * pulls, room * pulls)
        free = free * (added < room)
        added = torch.minimum(added, room)
        left = (rest.abs() - (capacity * room * (1 - free)).sum(-1)).clamp(min=0)
    return floor + added
