"""What is known of a trial's envelopes before the subject fit: the posterior at the rate of the trial."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.interpolate import CubicSpline

from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior, SubjectPosterior
from deepemg.reconstruct.nmm.observations import clock
from deepemg.reconstruct.nmm.slots import SLOTS
from deepemg.reconstruct.nmm.target import OFFSET, from_log_level, log_level
from deepemg.signals.recording import Recording

SMALLEST = 1e-3  # a silent muscle still has a logarithm


@dataclass(frozen=True)
class EnvelopePosterior:
    """Of one trial: mean and limits of the 90 % band (T, M), the sd of the logarithm (T, M), which are hidden (M,)."""

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    log_sd: np.ndarray
    hidden: np.ndarray

    def times(self, factors: np.ndarray) -> EnvelopePosterior:
        """The same at other levels: `factors` (M,) of mean and limits, which stay between 0 and 1."""
        mean, lower, upper = (np.clip(values * factors, 0, 1) for values in (self.mean, self.lower, self.upper))
        return replace(self, mean=mean, lower=lower, upper=upper)


def envelope_posteriors(
    posterior: SubjectPosterior, amortised: AmortisedPosterior, recording: Recording, *, measured_log_sd: float
) -> list[EnvelopePosterior]:
    """At the rate of each trial: hidden muscles by the posterior, observed ones as measured.

    Measured muscles may change by `measured_log_sd` in the subject fit; they have no band.
    """
    names, size = recording.joint.muscle_names, posterior.neighbour_level.numel()
    target, spread = (value[:size].view_as(posterior.neighbour_level) for value in posterior.moments())
    level = log_level(posterior.neighbour_level, target)
    places = [SLOTS.index(name) for name in names]
    offset, contrast = (value[places].numpy().astype(float) for value in (OFFSET, amortised.contrast_of_slots()))
    found = []
    for place, trial in enumerate(recording.trials):
        times = clock(trial)
        middle, sd = (
            _at(trial.time_s, times, value[place, : len(times), places].numpy().astype(float))
            for value in (level, spread * amortised.scale_of_slots())
        )
        sd = np.maximum(sd, SMALLEST)
        middle = with_contrast(middle, contrast)
        mean, lower, upper = (np.clip(values, 0, 1) for values in from_log_level(middle, sd, offset))
        measured, hidden = np.clip(trial.envelopes, 0, 1), ~trial.is_observed
        mean, lower, upper = (np.where(hidden, value, measured) for value in (mean, lower, upper))
        own = sd * (mean + offset) / np.maximum(mean, SMALLEST)  # the posterior is of log(e + offset), this of log e
        found.append(EnvelopePosterior(mean, lower, upper, np.where(hidden, own, measured_log_sd), hidden))
    return found


def with_contrast(logarithm: np.ndarray, contrast: np.ndarray) -> np.ndarray:
    """Logarithms (T, M) of envelopes, further from their middle over the trial by `contrast` (M,), of the same mean.

    What is expected of a muscle is flatter than what it does in most subjects, as the mean of many curves is.
    """
    middle = logarithm.mean(axis=0)
    wider = middle + contrast * (logarithm - middle)
    return np.asarray(wider + np.log(np.exp(logarithm).mean(axis=0) / np.exp(wider).mean(axis=0)))


def _at(time_s: np.ndarray, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values (T, M) between knots; the last one is held."""
    return np.asarray(CubicSpline(knots, values)(np.minimum(time_s, knots[-1])))
