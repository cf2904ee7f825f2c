"""Muscle curves of van Soest and Bobbert (1993): parabola, Hill's hyperbola, quadratic springs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from deepemg.foreign.values import Values, draw

ITERATIONS = 4  # Newton's, from the length one step ago; the residual is tested


@dataclass(frozen=True)
class Hill:
    """A person's curves; lengths over the optimal one, velocities in optimal lengths per s, forces over the maximal."""

    width: float
    hill_a: float
    hill_b: float
    eccentric: float
    slope_ratio: float
    passive_from: float
    passive_force: float
    tendon_strain: float

    def active_length(self, length: np.ndarray) -> np.ndarray:
        """Isometric force of full activation: a parabola, with a little left beyond it."""
        return np.maximum(1 - ((length - 1) / self.width) ** 2, 0.01)

    def active(self, length: np.ndarray, velocity: np.ndarray) -> np.ndarray:
        """Force of full activation at a velocity, lengthening positive."""
        return self._velocity(self.active_length(length), velocity)[0]

    def _velocity(self, isometric: np.ndarray, velocity: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Force at a velocity and its slope: Hill's hyperbola in shortening, one to the asymptote in lengthening."""
        shorten, lengthen = np.minimum(velocity, 0.0), np.maximum(velocity, 0.0)
        below = self.hill_b - shorten
        concentric = (self.hill_b * isometric + self.hill_a * shorten) / below
        at_rest = (self.hill_a + isometric) / self.hill_b
        more = (self.eccentric - 1) * isometric
        corner = more / (self.slope_ratio * at_rest)
        eccentric = isometric + more * lengthen / (lengthen + corner)
        slope_down = (self.hill_a + concentric) / below
        slope_up = more * corner / (lengthen + corner) ** 2
        still = velocity <= 0
        return np.where(still, concentric, eccentric), np.where(still, slope_down, slope_up)

    def passive(self, length: np.ndarray) -> np.ndarray:
        """Force of the parallel spring."""
        reach = 1 + self.width - self.passive_from
        return self.passive_force * (np.maximum(length - self.passive_from, 0.0) / reach) ** 2

    def tendon(self, strain: np.ndarray) -> np.ndarray:
        """Force of the tendon."""
        return (np.maximum(strain, 0.0) / self.tendon_strain) ** 2

    def step(
        self,
        length: np.ndarray,
        whole: np.ndarray,
        activation: np.ndarray,
        ratio: np.ndarray,
        cosine: np.ndarray,
        h: float,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Fibre length after a step of `h` (s), and the tendon's force there; both share the same force.

        `whole` is the length of muscle and tendon over the slack length, `ratio` the optimal fibre length over it,
        `cosine` that of the pennation. The step is implicit: its end is where fibre and tendon balance.
        """
        reach = 1 + self.width - self.passive_from
        new = length
        for _ in range(ITERATIONS):
            isometric = self.active_length(new)
            force, slope = self._velocity(isometric, (new - length) / h)
            strain = np.maximum(whole - ratio * cosine * new - 1, 0.0)
            beyond = np.maximum(new - self.passive_from, 0.0)
            residual = cosine * (activation * force + self.passive(new)) - self.tendon(strain)
            stiffness = cosine * (activation * slope / h + 2 * self.passive_force * beyond / reach**2)
            stiffness = stiffness + 2 * strain * ratio * cosine / self.tendon_strain**2
            new = new - residual / stiffness
        return new, self.tendon(whole - ratio * cosine * new - 1)


def draw_hill(rng: np.random.Generator, values: Values) -> Hill:
    """Draw the curves of a person, alike in all muscles."""
    return Hill(**{name: float(draw(rng, values["muscle"][name])) for name in Hill.__dataclass_fields__})
