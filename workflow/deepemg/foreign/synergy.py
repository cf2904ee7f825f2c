"""Sharing without a criterion: one drive for the flexors, one for the extensors, weighted as measured in people."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from deepemg.foreign.plan import Plan
from deepemg.foreign.values import Values

ITERATIONS = 6  # Newton's, in logarithms


def weights(habit: dict[str, np.ndarray], plan: Plan, rng: np.random.Generator, values: Values) -> np.ndarray:
    """Weights (T, M) of the muscles along a plan: by posture, direction and speed, and others in each repetition."""
    spread = values["synergy"]
    one = {name: float(spread[name]["value"]) for name in ("moving_at", "middle_angle", "change_time")}
    muscles = len(habit["weight"])
    posture = (plan.angle - np.deg2rad(one["middle_angle"]))[:, None]
    direction = np.tanh(plan.velocity / one["moving_at"])[:, None] * np.where(
        np.arange(muscles) < values["flexors"], 1, -1
    )
    own = float(spread["repetition"]["value"]) * rng.standard_normal((plan.repetition.max() + 1, muscles))
    width = one["change_time"] / float(values["control"]["interval"]["value"])
    log_weight = (
        np.log(habit["weight"])
        + habit["angle"] * posture
        + habit["shortening"] * direction
        + habit["speed"] * np.abs(plan.velocity)[:, None]
        + gaussian_filter1d(own[plan.repetition], width, axis=0, mode="nearest")
        + float(spread["trial"]["value"]) * rng.standard_normal(muscles)
    )
    return np.exp(log_weight)


def excitations(torque: np.ndarray, strength: np.ndarray, power: np.ndarray) -> np.ndarray:
    """Excitations over weights (..., G) of a group that a person believes to give torques (...,), N m: drive ^ `power`.

    `strength` (..., G) is the weight times the torque of full activation.
    """
    log_torque = np.log(np.maximum(torque, 1e-9))
    drive = log_torque - np.log(strength.sum(axis=-1))
    for _ in range(ITERATIONS):
        given = strength * np.exp(power * drive[..., None])
        total = given.sum(axis=-1)
        drive = drive - (np.log(total) - log_torque) * total / (given @ power)
    return np.exp(power * drive[..., None])


def noise(samples: int, muscles: int, flexors: int, rng: np.random.Generator, values: Values) -> np.ndarray:
    """Factors (T, M) of the excitations: signal-dependent noise, in part common to a group."""
    spread = values["control"]
    width = float(spread["noise_time"]["value"]) / float(spread["interval"]["value"])
    group = np.repeat([0, 1], [flexors, muscles - flexors])
    own = float(spread["noise"]["value"]) * _smooth(samples, muscles, width, rng)
    return np.exp(own + float(spread["common_noise"]["value"]) * _smooth(samples, 2, width, rng)[:, group])


def _smooth(samples: int, columns: int, width: float, rng: np.random.Generator) -> np.ndarray:
    """Gaussian noise (samples, columns) of unit variance, smoothed over `width` samples."""
    smooth = gaussian_filter1d(rng.standard_normal((samples, columns)), width, axis=0, mode="wrap")
    return np.asarray(smooth * np.sqrt(2 * np.sqrt(np.pi) * width))
