"""The method: settings, fit, and how another trial is read beside the training trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

import numpy as np
import pandas as pd
import torch
from pydantic import Field

from deepemg.digest import file_digest
from deepemg.joint.definition import Joint
from deepemg.joint.parameters import parameter_scheme
from deepemg.joint.settings import ForwardSettings
from deepemg.reconstruct.contract import HISTORY, Fitted, Method, Reconstruction, check_recording, check_trial
from deepemg.reconstruct.nmm.amortised_posterior import (
    AmortisedPosterior,
    SubjectPosterior,
    load_weights,
    weights_file,
)
from deepemg.reconstruct.nmm.density_estimator import MOST_TRIALS
from deepemg.reconstruct.nmm.envelope_posterior import EnvelopePosterior, envelope_posteriors
from deepemg.reconstruct.nmm.level_correction import level_factors
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.personal_posterior import identified, personal_posterior
from deepemg.reconstruct.nmm.recording_state import recording_state, restore_recording
from deepemg.reconstruct.nmm.slots import SCHEME
from deepemg.reconstruct.nmm.subject_fit import SubjectFit, minimise
from deepemg.reconstruct.nmm.subject_objective import SubjectFitSettings, SubjectObjective
from deepemg.reconstruct.trained_weights import find_weights
from deepemg.settings import settings_dataclass
from deepemg.signals.recording import Recording, Trial


@settings_dataclass
class NMM(SubjectFitSettings, Method):
    """The posterior over subjects and the fit of one."""

    name: ClassVar[str] = "nmm"
    weights: str | None = Field(
        default=None,
        description="File of the trained networks; empty = the released ones, which come with the package.",
    )
    networks: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(),
        description="Which of the trained networks are used, counted from 1; none named = all of them, as in the "
        "study. Single ones show their spread.",
    )
    network: bool = Field(
        default=True,
        description="Whether the networks are used at all; without, hidden muscles start from their neighbours and "
        "parameters from generic values, with the spread of virtual subjects, and the subject fit alone decides (a "
        "control).",
    )
    emg: bool = Field(
        default=True,
        description="Whether the EMG of the trial to be reconstructed is read; without it, motion and load alone (the "
        "paper's case) beside the training trials.",
    )
    contractions: bool = Field(
        default=True, description="Whether MVC trials and holds are read; with measured torque they fix levels."
    )
    measured_log_sd: float = Field(
        default=1.0,
        gt=0,
        le=2,
        description="1. Standard deviation of the logarithm by which the subject fit may move what a measured "
        "envelope says "
        "of its muscle's excitation (the envelope is reported as measured). Wide, because crosstalk, EMG shape and "
        "muscle curves are wrong by more than the 10 % by which an envelope fluctuates; what they may not take, hidden "
        "muscles would have to.",
    )
    moves_without_mvc: bool = Field(
        default=False,
        description="Whether the subject fit moves hidden envelopes that are no fractions of MVC, too. Their level "
        "against torque is unknown, and there it made them worse (a control); torque and parameters are those of the "
        "fit anyway.",
    )
    forward: ForwardSettings = Field(
        default=ForwardSettings(), description="Forward model; scheme and dynamics are those that the networks learnt."
    )

    @property
    def own_forward(self) -> ForwardSettings:
        """The forward model with the parameters that the networks learnt."""
        return replace(self.forward, scheme=SCHEME, dynamics="scheme")

    def fit(self, recording: Recording, *, seed: int = 1) -> FittedNMM:
        """Infer all training trials together, then fit the subject; nothing is random, `seed` is not used.

        Raises ValueError where joint or settings are not those of the weights' training.
        """
        check_recording(recording)
        amortised, scale = load_weights(self.weights), ParameterScale()
        amortised.trained_with.check(recording, self.forward)
        joint, given = recording.joint, recording.of_trials(recording.trials[:MOST_TRIALS])
        posterior = self.infer(amortised, given)
        mean, sd = personal_posterior(joint, *posterior.parameters(), scale)
        _, prior_sd = personal_posterior(joint, torch.zeros_like(amortised.prior_sd), amortised.prior_sd, scale)
        found = envelope_posteriors(posterior, amortised, given, measured_log_sd=self.measured_log_sd)
        rows = []
        for iterations in (0, self.iterations):
            result = self.fit_subject(given.trials, joint, found, (mean, sd), iterations, personal=True)
            terms = (result.terms[name] for name in ("posterior", "torque", "parameter"))
            rows.append((iterations, result.loss, *terms))
        losses = pd.DataFrame(rows, columns=list(HISTORY))
        context = recording.of_trials(recording.trials)  # without what was held out
        weights = file_digest(weights_file(self.weights))
        return FittedNMM(self, joint, amortised, weights, context, result.personal, sd, prior_sd, losses)

    def infer(self, amortised: AmortisedPosterior, recording: Recording) -> SubjectPosterior:
        """Posterior of all trials together, with torque and isometric contractions where the settings allow them.

        Where some contractions were measured with torque, those count: the others would say the same again.
        """
        given = recording.contractions if self.contractions else ()
        measured = tuple(contraction for contraction in given if contraction.torque is not None)
        seen = replace(recording, contractions=measured or given)
        if not self.network:
            return amortised.prior(seen)
        return amortised.members(self.networks).infer(seen, torque=self.torque)

    def fit_subject(
        self,
        trials: Sequence[Trial],
        joint: Joint,
        posteriors: Sequence[EnvelopePosterior],
        parameters: tuple[np.ndarray, np.ndarray],
        iterations: int,
        *,
        personal: bool,
    ) -> SubjectFit:
        """The subject fit with the parameters (mean and sd) that the networks learnt; they stay unless `personal`."""
        own = self.own_forward
        objective = SubjectObjective(trials, joint, posteriors, parameters, self, own, personal=personal)
        return minimise(objective, iterations)

    def restore(self, joint: Joint, state: dict[str, Any]) -> FittedNMM:
        """What `state` gave, and the networks that it names. Raises RecordingError where they are not found."""
        file = find_weights(state["weights"], [weights_file(self.weights), weights_file()])
        return FittedNMM(
            method=self,
            joint=joint,
            amortised=load_weights(file),
            weights=state["weights"],
            context=restore_recording(joint, state["context"]),
            personal=state["personal"].numpy(),
            sd=state["sd"].numpy(),
            prior_sd=state["prior_sd"].numpy(),
            losses=pd.DataFrame(state["losses"]),
        )


@dataclass(frozen=True, eq=False, repr=False)
class FittedNMM(Fitted):
    """`weights` is the digest of the networks' file, `context` the training recording; personal, sd, prior_sd (P,) are
    the parameters in their own units.
    """

    method: NMM
    joint: Joint
    amortised: AmortisedPosterior
    weights: str
    context: Recording
    personal: np.ndarray
    sd: np.ndarray
    prior_sd: np.ndarray
    losses: pd.DataFrame

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones by posterior and subject fit; torque is that of the fit."""
        check_trial(trial, self.joint)
        if not self.method.emg:
            trial = trial.without(trial.observed)
        factors = level_factors(nearest(self.context.trials, trial), trial, self.infer_trial)
        posterior = self.infer_trial(trial).times(factors)
        parameters, iterations = (self.personal, self.sd), self.method.iterations
        fit = self.method.fit_subject([trial], self.joint, [posterior], parameters, iterations, personal=False)
        moves = posterior.hidden & (self.context.reference == "mvc" or self.method.moves_without_mvc)
        lower, upper = (np.where(moves, limit * fit.factors[0], limit) for limit in (posterior.lower, posterior.upper))
        mean = np.where(moves, fit.excitations[0], posterior.mean)
        lower, upper = np.clip(lower, 0, 1), np.clip(upper, 0, 1)
        lower, upper = np.minimum(lower, mean), np.maximum(upper, mean)
        names = self.joint.muscle_names
        return Reconstruction(trial.name, trial.time_s, names, mean, lower, upper, fit.torques[0])

    def beside(self, trial: Trial) -> Recording:
        """The trials that a trial is read beside, and itself as the last."""
        return self.context.of_trials([*nearest(self.context.trials, trial), trial])

    def infer_trial(self, trial: Trial) -> EnvelopePosterior:
        """By the networks alone, beside the training trials."""
        given = self.beside(trial)
        posterior = self.method.infer(self.amortised, given)
        spread = self.method.measured_log_sd
        return envelope_posteriors(posterior, self.amortised, given, measured_log_sd=spread)[-1]

    def parameters(self) -> pd.DataFrame:
        """Fitted values with the posterior's sd; identified where that is less than half of the prior's."""
        scheme = parameter_scheme(self.joint, SCHEME)
        return scheme.table(self.personal, sd=self.sd, identified=identified(self.sd, self.prior_sd))

    def history(self) -> pd.DataFrame:
        """Before and after the subject fit."""
        return self.losses[list(HISTORY)]

    def state(self) -> dict[str, Any]:
        """Everything that a reconstruction needs and is the subject's; the networks by the digest of their file."""
        numbers = {name: torch.from_numpy(getattr(self, name)) for name in ("personal", "sd", "prior_sd")}
        return numbers | {
            "weights": self.weights,
            "context": recording_state(self.context),
            "losses": self.losses.to_dict("list"),
        }


def nearest(context: Sequence[Trial], trial: Trial) -> list[Trial]:
    """Training trials to read a trial beside: never itself; of many, those of the nearest loads.

    A trial of another session may have the same name: it is the same one where its angle is, too.
    """
    others = [other for other in context if other.name != trial.name or not np.array_equal(other.angle, trial.angle)]
    return sorted(others, key=lambda other: abs(other.load_kg - trial.load_kg))[: MOST_TRIALS - 1]
