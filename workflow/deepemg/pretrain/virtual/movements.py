"""Movements of virtual subjects: minimum-jerk curls (Flash and Hogan 1985) with uneven turns, pauses and wobble."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.pretrain.virtual.draws import Assumptions, Draws


@dataclass(frozen=True)
class Movements:
    """Angle and derivatives (B, K, T) in rad and s; elevation (B, K) of the upper arm in rad; gravity is 0 or 1."""

    angle: Tensor
    velocity: Tensor
    acceleration: Tensor
    elevation: Tensor
    gravity: Tensor


def draw_movements(draws: Draws, subjects: int, trials: int, samples: int, assumptions: Assumptions) -> Movements:
    """Draw the movements of all trials."""
    spread, rate = assumptions["movement"], assumptions["rate"]
    most = int(spread["repetitions"]["high"])
    each = (subjects, trials)
    bottom, top = draws.of(spread["bottom"], subjects, 1, 1), draws.of(spread["top"], subjects, 1, 1)
    wide = draws.chance(spread["wide_share"], subjects, 1, 1)
    bottom = torch.where(wide, -10 + 20 * draws.uniform(subjects, 1, 1), bottom)
    top = torch.where(wide, 120 + 30 * draws.uniform(subjects, 1, 1), top)
    error = draws.of(spread["turn_error"], *each, 2 * most)
    turns = torch.stack([bottom.expand(*each, most), top.expand(*each, most)], -1).reshape(*each, -1) + error
    repetitions = torch.randint(int(spread["repetitions"]["low"]), most + 1, each, generator=draws.generator)
    last = (2 * (repetitions - 1))[..., None].expand(*each, 2 * most)
    place = torch.minimum(torch.arange(2 * most).expand(*each, -1), last)
    turns = torch.deg2rad(torch.gather(turns, -1, place))

    period = draws.of(spread["period"], subjects, 1, 1) * draws.of(spread["trial_tempo"], *each, 1)
    up = draws.of(spread["upward_share"], subjects, 1, 1)
    share = torch.stack([up, 1 - up], -1).expand(subjects, 1, most, 2).reshape(subjects, 1, -1)
    moving = (period * share * draws.of(spread["turn_tempo"], *each, 2 * most))[..., :-1].clamp(min=0.35)
    pause = draws.of(spread["pause"], *each, 2 * most - 1).clamp(max=2.0)
    before = torch.cumsum(moving + pause, -1) - moving - pause
    start = draws.of(spread["start"], *each, 1) + before
    angle, velocity, acceleration = _minimum_jerk(start, moving, turns, samples, rate)

    wobble = torch.deg2rad(draws.of(spread["wobble"], *each))[..., None]
    process = wobble * draws.smooth(draws.of(spread["wobble_time"], *each), samples, rate)
    (first,) = torch.gradient(process, spacing=1 / rate, dim=-1)
    (second,) = torch.gradient(first, spacing=1 / rate, dim=-1)

    overhead, horizontal = (
        torch.where(
            draws.chance(spread["same_movement"], subjects, 1),
            draws.chance(spread[name], subjects, 1),
            draws.chance(spread[name], *each),
        )
        for name in ("overhead", "horizontal")
    )
    elevation = torch.deg2rad(draws.of(spread["elevation"], *each)) + torch.pi * overhead
    return Movements(angle + process, velocity + first, acceleration + second, elevation, (~horizontal).float())


def _minimum_jerk(
    start: Tensor, duration: Tensor, turns: Tensor, samples: int, rate: float
) -> tuple[Tensor, Tensor, Tensor]:
    """Angle and derivatives (B, K, T) through `turns` (B, K, N + 1), from `start` and for `duration` (B, K, N)."""
    time = (torch.arange(samples) / rate).expand(*start.shape[:2], -1).contiguous()
    segment = (torch.searchsorted(start.contiguous(), time, right=True) - 1).clamp(min=0)
    begun, lasts = torch.gather(start, -1, segment), torch.gather(duration, -1, segment)
    origin, goal = torch.gather(turns, -1, segment), torch.gather(turns, -1, segment + 1)
    s, way = ((time - begun) / lasts).clamp(0, 1), goal - origin
    position = s**3 * (10 - 15 * s + 6 * s**2)
    slope = 30 * s**2 * (1 - s) ** 2
    bend = 60 * s * (1 - s) * (1 - 2 * s)
    return origin + way * position, way * slope / lasts, way * bend / lasts**2
