"""Muscles about the elbow: moment arms, lengths and the strength that they share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.foreign.hill import Hill
from deepemg.foreign.values import Values, draw


@dataclass(frozen=True)
class Anatomy:
    """A person's muscles: polynomials of the angle (deg), lengths in m, forces in N, pennation as its cosine.

    `arm` holds the coefficients of the moment arms (6, M), m; `taken` those of their integral over the angle, which is
    what flexion takes from `reference` (M,), the length of muscle and tendon in the straight arm.
    """

    arm: np.ndarray
    taken: np.ndarray
    reference: np.ndarray
    fibre: np.ndarray
    slack: np.ndarray
    cosine: np.ndarray
    force: np.ndarray
    hill: Hill

    def moment_arms(self, angle: np.ndarray) -> np.ndarray:
        """Moment arms (..., M), m, flexion positive, at angles (...,), rad."""
        return _polynomial(self.arm, np.rad2deg(angle))

    def lengths(self, angle: np.ndarray) -> np.ndarray:
        """Lengths of muscle and tendon (..., M), m: what the moment arms leave of the length of the straight arm."""
        return self.reference - _polynomial(self.taken, np.rad2deg(angle))

    def fibre_on_stiff_tendon(self, angle: np.ndarray) -> np.ndarray:
        """Fibre lengths (..., M) over the optimal one if the tendon kept its length at full force."""
        return (self.lengths(angle) - self.slack * (1 + self.hill.tendon_strain)) / (self.cosine * self.fibre)

    def capacity(self, angle: np.ndarray, velocity: np.ndarray) -> np.ndarray:
        """Torques (..., M), N m, of full activation at an angle (rad) and velocity (rad/s) on a stiff tendon."""
        arm = self.moment_arms(angle)
        length = self.fibre_on_stiff_tendon(angle)
        lengthening = -arm * np.asarray(velocity)[..., None] / (self.cosine * self.fibre)
        return arm * self.force * self.cosine * self.hill.active(length, lengthening)


def draw_anatomy(
    rng: np.random.Generator, values: Values, hill: Hill, size: float, voluntary: np.ndarray, torque: np.ndarray
) -> Anatomy:
    """Draw the muscles of a person `size` times as tall as the average one.

    `torque` (2,) N m is what a maximal effort of the flexors and of the extensors gives at the isometric angle, where a
    muscle reaches the share `voluntary` (M,) of its activation.
    """
    spread = values["anatomy"]
    tables, names = spread["moment_arm"]["value"], spread["moment_arm_of"]["value"]
    own = dict(zip(tables, draw(rng, spread["moment_arm_own"]), strict=True))
    scale = size * float(draw(rng, spread["moment_arm_scale"]))
    arm = np.zeros((6, len(names)))
    for column, name in enumerate(names):
        arm[: len(tables[name]), column] = 1e-3 * scale * own[name] * np.array(tables[name])
    fibre, slack = size * draw(rng, spread["fibre"]), size * draw(rng, spread["slack"])
    cosine = np.cos(np.deg2rad(draw(rng, spread["pennation"])))
    optimum = draw(rng, spread["optimum"])
    taken = _integral(arm)
    reference = fibre * cosine + slack * (1 + hill.tendon_strain) + np.diagonal(_polynomial(taken, optimum))
    area = draw(rng, spread["area"])
    unit = Anatomy(arm, taken, reference, fibre, slack, cosine, area, hill)
    angle = np.deg2rad(values["protocol"]["isometric_angle"]["value"])
    given = voluntary * np.abs(unit.capacity(angle, np.zeros(())))
    flexors = values["flexors"]
    tension = np.repeat(torque / [given[:flexors].sum(), given[flexors:].sum()], [flexors, len(names) - flexors])
    return Anatomy(arm, taken, reference, fibre, slack, cosine, tension * area, hill)


def _polynomial(coefficients: np.ndarray, angle_deg: np.ndarray) -> np.ndarray:
    value = np.zeros((*np.shape(angle_deg), coefficients.shape[1]))
    for row in coefficients[::-1]:
        value = value * np.asarray(angle_deg)[..., None] + row
    return value


def _integral(coefficients: np.ndarray) -> np.ndarray:
    """Coefficients over the angle in deg of the integral over it in rad."""
    powers = np.arange(1, len(coefficients) + 1)[:, None]
    return np.vstack([np.zeros(coefficients.shape[1]), np.deg2rad(coefficients / powers)])
