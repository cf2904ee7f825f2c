"""What the subject fit minimises: torque, posterior and parameter terms of excitations and parameters together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from pydantic import Field
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.nmm.envelope_posterior import SMALLEST, EnvelopePosterior
from deepemg.reconstruct.nmm.torque_trust import strongest, torque_trust
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Trial

LARGE_ERROR = 3.0  # tolerances, from where a torque error counts by its size and no more by its square


@settings_dataclass
class SubjectFitSettings:
    """The subject fit. Values were chosen on development cohorts."""

    torque: bool = Field(
        default=True,
        description="Whether torque by inverse dynamics is read, in training trials and in the one to be "
        "reconstructed.",
    )
    torque_tolerance_nm: float = Field(
        default=1.0, gt=0, le=20, description="N m. Torque error that counts as much as a unit of the other terms."
    )
    posterior_weight: float = Field(
        default=5.0,
        ge=0,
        description="1. Weight of the mean square change of the excitations' logarithm, in its standard deviations.",
    )
    parameter_weight: float = Field(
        default=0.3,
        ge=0,
        description="1. Weight of the mean square distance of the parameters from their posterior mean, in its "
        "standard deviations.",
    )
    knot_s: float = Field(
        default=0.1,
        ge=0.01,
        le=1,
        description="s. Between the knots of the change of an excitation; torque makes nothing faster than that.",
    )
    iterations: int = Field(
        default=60,
        ge=0,
        le=10000,
        description="Most L-BFGS iterations of the subject fit; 0 leaves the network's answer.",
    )


def torque_term(torque: Tensor, inverse_dynamics: Tensor, trust: Tensor, tolerance: float) -> Tensor:
    """Mean of the torque error (T,) in units of the tolerance (N m): squared where small, linear where large.

    Pseudo-Huber (Charbonnier 1997), as torque has errors that no normal law has; `trust` (T,) weighs samples down.
    """
    error = (torque - inverse_dynamics) / tolerance
    heavy = 2 * LARGE_ERROR**2 * (torch.sqrt(1 + (error / LARGE_ERROR) ** 2) - 1)
    return (trust * heavy).mean()


def posterior_term(change: Tensor, log_sd: Tensor) -> Tensor:
    """Mean square change (T, M) of the excitations' logarithm, in its standard deviations."""
    return (change / log_sd).square().mean()


def parameter_term(values: Tensor, mean: Tensor, sd: Tensor) -> Tensor:
    """Mean square distance of the parameters (P,) from their posterior mean, in its standard deviations."""
    return ((values - mean) / sd).square().mean()


@dataclass(frozen=True)
class State:
    """Where a fit stands: excitations and log changes (T, M) and torques (T,) by trial, parameters (P,), loss terms."""

    excitations: list[Tensor]
    changes: list[Tensor]
    torques: list[Tensor]
    values: Tensor
    terms: dict[str, Tensor]


class SubjectObjective:
    """The loss of some trials of a subject, as a function of `unknowns`.

    The logarithm of each excitation changes by what is linear between knots, so nothing faster than EMG is made of
    torque. `parameters` are posterior mean and sd (P,), and stay where `personal` is False.
    """

    def __init__(
        self,
        trials: Sequence[Trial],
        joint: Joint,
        posteriors: Sequence[EnvelopePosterior],
        parameters: tuple[np.ndarray, np.ndarray],
        settings: SubjectFitSettings,
        forward: ForwardSettings,
        *,
        personal: bool,
    ):
        self.settings = settings
        self.models = [ForwardModel(joint, rate_hz=trial.rate_hz, settings=forward) for trial in trials]
        self.mean, self.sd = (torch.tensor(value) for value in parameters)
        scheme = self.models[0].scheme
        self.lower, self.upper = torch.tensor(scheme.lower), torch.tensor(scheme.upper)
        self.spans = [_knots(len(trial.time_s), trial.rate_hz, settings.knot_s) for trial in trials]
        size = len(joint.muscles)
        self.knots = [torch.zeros(span.shape[1], size, dtype=torch.float64, requires_grad=True) for span in self.spans]
        self.shift = torch.zeros_like(self.mean, requires_grad=personal)
        self.motions = [tuple(torch.tensor(v) for v in (t.angle, t.velocity, t.torque)) for t in trials]
        most = strongest(self.models[0], self.mean)
        self.trust = torch.cat([_trust(trial, most) for trial in trials])
        self.centres = [torch.tensor(posterior.mean.clip(min=SMALLEST)) for posterior in posteriors]
        self.spreads = [torch.tensor(posterior.log_sd) for posterior in posteriors]
        self.unknowns = [*self.knots, self.shift] if personal else self.knots

    def state(self) -> State:
        """Excitations, torques and loss terms at the present unknowns."""
        moved = [span @ knots for span, knots in zip(self.spans, self.knots, strict=True)]
        excitations = [(c * torch.exp(m)).clamp(0, 1) for c, m in zip(self.centres, moved, strict=True)]
        values = torch.clamp(self.mean + self.sd * self.shift, self.lower, self.upper)
        torques = [
            model(e, angle, velocity, values)
            for model, e, (angle, velocity, _) in zip(self.models, excitations, self.motions, strict=True)
        ]
        target = torch.cat([torque for *_, torque in self.motions])
        terms = {
            "torque": torque_term(torch.cat(torques), target, self.trust, self.settings.torque_tolerance_nm),
            "posterior": posterior_term(torch.cat(moved), torch.cat(self.spreads)),
            "parameter": parameter_term(values, self.mean, self.sd),
        }
        return State(excitations, moved, torques, values, terms)

    def total(self, terms: Mapping[str, Tensor]) -> Tensor:
        """The weighted sum of the terms."""
        own = self.settings
        weights = {"torque": 1.0, "posterior": own.posterior_weight, "parameter": own.parameter_weight}
        return torch.stack([weights[name] * term for name, term in terms.items()]).sum()


def _trust(trial: Trial, most: tuple[Tensor, Tensor]) -> Tensor:
    """Trust (T,) in the torque of a trial."""
    acceleration = torch.tensor(np.gradient(trial.velocity, trial.time_s))
    return torque_trust(torch.tensor(trial.velocity), acceleration, torch.tensor(trial.torque), most, trial.rate_hz)


def _knots(samples: int, rate_hz: float, knot_s: float) -> Tensor:
    """Matrix (T, n_knots) that makes of values at knots what is linear between them."""
    count = max(2, round((samples - 1) / rate_hz / knot_s) + 1)
    place = torch.linspace(0, count - 1, samples, dtype=torch.float64)
    distance = (place[:, None] - torch.arange(count, dtype=torch.float64)).abs()
    return (1 - distance).clamp(min=0)
