"""The level of a muscle that a trial does not observe and other trials of the subject do.

The networks read it from those trials as one feature among many, and are off where somebody's levels are unlike those
of the virtual subjects. By how much is known: hide the muscle in the trials that observe it, and compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from deepemg.reconstruct.contract import Trial
from deepemg.reconstruct.nmm.believe import SMALLEST, Belief


def told_factors(
    others: Sequence[Trial], trial: Trial, muscles: Sequence[str], believe: Callable[[Trial], Belief]
) -> np.ndarray:
    """Factors (M,) that bring what is believed to the recorded level, the geometric mean over the trials that tell it.

    Of each trial the ratio of the mean of its recorded envelope to that of the belief without the recording; 1 for a
    muscle that no other trial observes, or that the trial observes itself.
    """
    errors: dict[str, list[float]] = {name: [] for name in muscles}
    for other in others:
        told = tuple(name for name in other.observed if name not in trial.observed)
        if told:
            blind = believe(other.without(told))
            for name in told:
                pair = other.envelopes[name].mean(), blind.mean[:, muscles.index(name)].mean()
                recorded, believed = np.log(np.maximum(pair, SMALLEST))
                errors[name].append(recorded - believed)
    return np.exp(np.array([np.mean(values) if values else 0.0 for values in errors.values()]))
