"""The level of a muscle that a trial does not observe and other trials of the subject do.

The networks read it from those trials as one feature among many, and are off where somebody's levels are unlike those
of the virtual subjects. By how much is known: hide the muscle in the trials that observe it, and compare.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from deepemg.reconstruct.nmm.envelope_posterior import SMALLEST, EnvelopePosterior
from deepemg.signals.recording import Trial


def level_factors(others: Sequence[Trial], trial: Trial, infer: Callable[[Trial], EnvelopePosterior]) -> np.ndarray:
    """Factors (M,) that bring what is inferred to the recorded level, the geometric mean over the trials that give it.

    Of each trial the ratio of the mean of its recorded envelope to that inferred without the recording; 1 for a muscle
    that no other trial observes, or that the trial observes itself.
    """
    errors: dict[str, list[float]] = {name: [] for name in trial.muscles}
    for other in others:
        given = tuple(name for name in other.observed if name not in trial.observed)
        if given:
            blind = infer(other.without(given))
            for name in given:
                pair = other.envelope(name).mean(), blind.mean[:, trial.muscles.index(name)].mean()
                recorded, inferred = np.log(np.maximum(pair, SMALLEST))
                errors[name].append(recorded - inferred)
    return np.exp(np.array([np.mean(values) if values else 0.0 for values in errors.values()]))
