"""What a sharing rule tells the controller, and how a torque is shared along a direction."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Sharing(Protocol):
    """One trial's rule."""

    @property
    def relative(self) -> np.ndarray:
        """Each muscle's part (T, n_muscles), around 1, in a common co-contraction."""

    def direction(self, row: int, muscles: np.ndarray, capacity: np.ndarray) -> np.ndarray:
        """Activations (n,) of these muscles (column numbers, (n,)) up to a common factor; capacity (n,) in N m."""


def share_torque(torque: float, capacity: np.ndarray, direction: np.ndarray, ceiling: np.ndarray) -> np.ndarray:
    """Activations (n,) along `direction` (n,) that together give `torque` (N m), none above its `ceiling` (n,).

    `capacity` (n,) is the positive torque (N m) of each muscle at full activation. A muscle at its ceiling leaves the
    rest to the others; where even the ceilings give less than `torque`, all muscles are there.
    """
    free = np.ones(len(capacity), dtype=bool)
    activation = ceiling.copy()
    while free.any():
        remaining = torque - capacity[~free] @ ceiling[~free]
        activation[free] = remaining * direction[free] / (capacity[free] @ direction[free])
        beyond = free & (activation > ceiling)
        if not beyond.any():
            break
        activation[beyond] = ceiling[beyond]
        free &= ~beyond
    return activation
