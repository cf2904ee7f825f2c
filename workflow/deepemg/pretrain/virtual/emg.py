"""Envelopes of virtual subjects: nonlinearity, delay, crosstalk, noise, and the level that the MVC trials give."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.joint.activation_curve import inverse_activation_curve
from deepemg.joint.definition import Joint
from deepemg.pretrain.virtual.draws import Assumptions, Draws

STRAIGHT = 0.01  # a curve less bent than this is a straight line, and A = 0 would divide by nothing


@dataclass(frozen=True)
class VirtualElectrodes:
    """By subject and channel: nonlinearity, delay (s), noise, wander, floor (B, M); crosstalk (B, M, M), diagonal 1.

    addition (B,) is the exponent with which sources add up; effort (B, M) the excitation that an MVC reaches; channels
    (B, M, M) averages heads that share one channel.
    """

    nonlinearity: Tensor
    delay: Tensor
    noise: Tensor
    wander: Tensor
    floor: Tensor
    crosstalk: Tensor
    addition: Tensor
    effort: Tensor
    channels: Tensor


def _nearness(joint: Joint) -> list[list[str]]:
    """What a muscle is to a channel, by the keys of assumptions.yaml."""
    group = {muscle: name for name, members in joint.groups.items() for muscle in members}

    def kind(channel: str, muscle: str) -> str:
        if joint.muscle(channel).action != joint.muscle(muscle).action:
            return "antagonist"
        return "neighbour" if group.get(channel, channel) == group.get(muscle, muscle) else "deep"

    return [[kind(channel, muscle) for muscle in joint.muscle_names] for channel in joint.muscle_names]


def draw_electrodes(draws: Draws, count: int, joint: Joint, assumptions: Assumptions) -> VirtualElectrodes:
    """Draw the electrodes and MVC efforts of `count` subjects."""
    spread, mvc, muscles = assumptions["emg"], assumptions["mvc"], len(joint.muscles)
    crosstalk = torch.stack(
        [torch.stack([draws.of(spread[kind], count) for kind in row], -1) for row in _nearness(joint)], -2
    )
    crosstalk.diagonal(dim1=1, dim2=2).fill_(1.0)
    grouped = draws.chance(spread["grouped"], count)[:, None, None]
    effort = draws.of(mvc["effort"], count, 1) + draws.of(mvc["muscle_effort"], count, muscles)
    return VirtualElectrodes(
        nonlinearity=draws.of(spread["shape"], count, 1) + draws.of(spread["muscle_shape"], count, muscles),
        delay=(draws.of(spread["delay"], count, 1) + draws.of(spread["muscle_delay"], count, muscles)).clamp(min=0),
        noise=draws.of(spread["noise"], count, muscles),
        wander=draws.of(spread["wander"], count, muscles),
        floor=draws.of(spread["floor"], count, muscles),
        crosstalk=crosstalk,
        addition=draws.of(spread["addition"], count),
        effort=effort.clamp(mvc["effort"]["low"], mvc["effort"]["high"]),
        channels=torch.where(grouped, _common_channels(joint), torch.eye(muscles)),
    )


def _common_channels(joint: Joint) -> Tensor:
    """Matrix (M, M) that gives every head of a group the mean of the group."""
    matrix = torch.eye(len(joint.muscles))
    for members in joint.groups.values():
        places = [joint.muscle_names.index(name) for name in members]
        for place in places:
            matrix[place] = 0.0
            matrix[place, places] = 1 / len(places)
    return matrix


def recorded(electrodes: VirtualElectrodes, amplitude: Tensor) -> Tensor:
    """Amplitudes (B, ..., M) as recorded where several heads share a channel."""
    flat = amplitude.reshape(len(amplitude), -1, amplitude.shape[-1])
    return torch.bmm(flat, electrodes.channels.transpose(1, 2)).reshape(amplitude.shape)


def amplitudes(electrodes: VirtualElectrodes, excitation: Tensor) -> Tensor:
    """EMG amplitudes (B, ..., M) of the channels, with crosstalk and floor, of excitations (B, ..., M) in 0..1."""
    between = [1] * (excitation.dim() - 2)
    count, muscles = electrodes.nonlinearity.shape
    power = electrodes.addition.reshape(count, *between, 1)
    nonlinearity = torch.where(electrodes.nonlinearity.abs() < STRAIGHT, STRAIGHT, electrodes.nonlinearity)
    bent = inverse_activation_curve(excitation, nonlinearity.reshape(count, *between, muscles))
    own = bent.clamp(min=1e-4) ** power
    weights = (electrodes.crosstalk ** electrodes.addition[:, None, None]).transpose(1, 2)
    sources = torch.bmm(own.reshape(count, -1, muscles), weights).reshape(own.shape)
    return (sources + electrodes.floor.reshape(count, *between, muscles) ** power) ** (1 / power)


def maximal_contractions(draws: Draws, electrodes: VirtualElectrodes, action: Tensor, spread: Assumptions) -> Tensor:
    """Excitations (B, 2, M) of a maximal flexion and a maximal extension."""
    other = draws.of(spread["antagonist"], len(electrodes.effort), 2, len(action))
    pulls = torch.stack([action > 0, action < 0])
    return torch.where(pulls, electrodes.effort[:, None], other)


def noisy(draws: Draws, electrodes: VirtualElectrodes, amplitude: Tensor, assumptions: Assumptions) -> Tensor:
    """Envelopes (B, K, T, M) of amplitudes: with the fluctuation that the 6 Hz filter leaves, and slow wander."""
    spread, (count, trials, samples, muscles) = assumptions["emg"], amplitude.shape
    result = torch.ones_like(amplitude)
    for size, time in ((electrodes.noise, spread["noise_time"]), (electrodes.wander, spread["wander_time"])):
        process = draws.smooth(torch.full((count, trials, muscles), time), samples, assumptions["rate"])
        result = result * (1 + size[:, None, None] * process.transpose(-1, -2)).clamp(min=0.1)
    return amplitude * result
