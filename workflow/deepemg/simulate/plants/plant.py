"""What a plant tells after each step: the state of the arm and of its muscles."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Reading:
    """State of the plant: rad, rad/s, rad/s2, and per muscle (n_muscles,) moment arm (m), tendon force (N), passive
    force along the tendon (N), active force along the tendon at full activation (N), activation and fibre length (m).
    """

    angle: float
    velocity: float
    acceleration: float
    moment_arm: np.ndarray
    force: np.ndarray
    passive_force: np.ndarray
    active_force: np.ndarray
    activation: np.ndarray
    fibre_length: np.ndarray

    @property
    def torque(self) -> float:
        """Moment of all muscles about the joint, N m, flexion positive."""
        return float(self.moment_arm @ self.force)


class Plant(Protocol):
    """A subject's loaded arm between two excitations, whatever engine moves it."""

    def start(self, angle: float, activation: np.ndarray, *, locked: bool = False) -> Reading:
        """Put the joint at rest at `angle` (rad) with these activations and the fibres in equilibrium.

        `locked` holds the joint there for good, as an isometric dynamometer does.
        """

    def advance(self, excitation: np.ndarray, until: float) -> Reading:
        """Hold the excitations (n_muscles,) until a time (s) after the start."""
