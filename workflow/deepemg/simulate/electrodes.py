"""Surface electrodes on a subject's arm: gains, crosstalk, delay, and the noise of skin and amplifier."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.joint.definition import Joint
from deepemg.simulate.assumptions import Assumptions, draw, draw_one


@dataclass(frozen=True)
class Electrodes:
    """Surface electrodes: C channels over M muscles.

    `gain`, `noise`, `line` and `artefact` (C,) in uV; `crosstalk` (C, M), 1 under the electrode; `shape` (M,) is the
    exponent A between EMG and excitation; `delay` in s; the corners of the carrier's spectrum (M,) in Hz.
    """

    channels: tuple[str, ...]
    gain: np.ndarray
    crosstalk: np.ndarray
    shape: np.ndarray
    delay: float
    carrier_low: np.ndarray
    carrier_high: np.ndarray
    noise: np.ndarray
    line: np.ndarray
    artefact: np.ndarray


def sample_electrodes(
    joint: Joint, channels: tuple[str, ...], rng: np.random.Generator, spread: Assumptions
) -> Electrodes:
    """Draw the electrodes over the muscles named by `channels`."""
    muscles, count = len(joint.muscles), len(channels)
    of_muscles = {key: draw(rng, spread[key], muscles) for key in ("shape", "carrier_low", "carrier_high")}
    delay = draw_one(rng, spread["delay"])  # what electrodes add is drawn last: another one changes nothing before it
    of_channels = {key: draw(rng, spread[key], count) for key in ("gain", "noise", "line", "artefact")}
    crosstalk = _crosstalk(joint, channels, rng, spread)
    return Electrodes(channels=channels, delay=delay, crosstalk=crosstalk, **of_muscles, **of_channels)


def _crosstalk(joint: Joint, channels: tuple[str, ...], rng: np.random.Generator, spread: Assumptions) -> np.ndarray:
    """What a channel picks up of each muscle (C, M), relative to the muscle below the electrode."""
    crosstalk = np.ones((len(channels), len(joint.muscles)))
    for row, channel in enumerate(channels):
        for column, muscle in enumerate(joint.muscles):
            if muscle.name == channel:
                continue
            if muscle.action != joint.muscle(channel).action:
                kind = "crosstalk_antagonist"
            elif muscle.name in channels:
                kind = "crosstalk_neighbour"
            else:
                kind = "crosstalk_deep"
            crosstalk[row, column] = draw_one(rng, spread[kind])
    return crosstalk
