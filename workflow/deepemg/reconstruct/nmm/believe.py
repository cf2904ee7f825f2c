"""What is believed of a subject before its own arm is asked: the prior's posterior at the rate of the trials."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from scipy.interpolate import CubicSpline

from deepemg.arm.definition import Arm
from deepemg.reconstruct.contract import Trial
from deepemg.reconstruct.nmm.ensemble import Ensemble
from deepemg.reconstruct.nmm.features import FLEXOR, OFFSET, SLOTS
from deepemg.reconstruct.nmm.observations import clock
from deepemg.reconstruct.nmm.prior import SubjectPosterior

SMALLEST = 1e-3  # a silent muscle still has a logarithm
QUANTILE = 1.645  # of the normal distribution, 90 % inside


@dataclass(frozen=True)
class Belief:
    """Of one trial: mean and limits of the 90 % band (T, M), the sd of the logarithm (T, M), which are hidden (M,)."""

    mean: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    log_sd: np.ndarray
    hidden: np.ndarray

    def times(self, factors: np.ndarray) -> Belief:
        """The same at other levels: `factors` (M,) of mean and limits, which stay between 0 and 1."""
        mean, lower, upper = (np.clip(values * factors, 0, 1) for values in (self.mean, self.lower, self.upper))
        return replace(self, mean=mean, lower=lower, upper=upper)


def ask(ensemble: Ensemble, trials: Sequence[Trial], arm: Arm, settings: Mapping[str, Any]) -> SubjectPosterior:
    """Posterior of all trials together, with torque and isometric contractions where the settings allow them.

    Where some contractions were measured with torque, those count: the others would say the same again.
    """
    shown = trials[0].contractions if settings["contractions"] else ()
    measured = [contraction for contraction in shown if contraction.torque is not None]
    prior = ensemble.prior(settings["networks"])
    about = {"mvc": trials[0].by_mvc, "contractions": measured or shown, "torque": settings["torque"]}
    if not settings["ask"]:
        return prior.unasked(trials, arm, ensemble.prior_sd, **about)
    return prior.posterior(trials, arm, **about)


def beliefs(
    posterior: SubjectPosterior, ensemble: Ensemble, trials: Sequence[Trial], arm: Arm, settings: Mapping[str, Any]
) -> list[Belief]:
    """Beliefs at the rate of the trials: hidden muscles by the posterior, observed ones as measured.

    Measured muscles may change by `measured_log_sd` in the subject fit; they have no band.
    """
    flat, spread = (value[: posterior.reference.numel()].view_as(posterior.reference) for value in posterior.moments())
    scale = torch.tensor([ensemble.band_scale["flexor" if side else "extensor"] for side in FLEXOR])
    level = torch.log(posterior.reference + OFFSET) + flat
    places = [SLOTS.index(name) for name in arm.muscle_names]
    offset = OFFSET[places].numpy().astype(float)
    found = []
    for place, trial in enumerate(trials):
        times = clock(trial)
        middle, sd = (
            _at(trial.time_s, times, value[place, : len(times), places].numpy().astype(float))
            for value in (level, spread * scale)
        )
        sd = np.maximum(sd, SMALLEST)
        hidden = np.array([name not in trial.envelopes for name in arm.muscle_names])
        mean, lower, upper = (
            np.clip(np.exp(middle + shift) - offset, 0, 1) for shift in (0.5 * sd**2, -QUANTILE * sd, QUANTILE * sd)
        )
        measured = np.column_stack([trial.envelopes.get(name, mean[:, 0]) for name in arm.muscle_names]).clip(0, 1)
        mean, lower, upper = (np.where(hidden, value, measured) for value in (mean, lower, upper))
        own = sd * (mean + offset) / np.maximum(mean, SMALLEST)  # the posterior is of log(e + offset), this of log e
        found.append(Belief(mean, lower, upper, np.where(hidden, own, settings["measured_log_sd"]), hidden))
    return found


def _at(time_s: np.ndarray, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Values (T, M) between knots; the last one is held."""
    return np.asarray(CubicSpline(knots, values)(np.minimum(time_s, knots[-1])))
