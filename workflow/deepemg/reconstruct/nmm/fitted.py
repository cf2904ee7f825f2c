"""The method after its fit: what was learnt of the subject, and how another trial is read beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from deepemg.arm.definition import Arm
from deepemg.arm.parameters import parameter_scheme
from deepemg.arm.scaling import describe_arm, restore_arm
from deepemg.reconstruct.contract import HISTORY, Contraction, Reconstruction, Trial, check_trials
from deepemg.reconstruct.nmm.believe import Belief, ask, beliefs
from deepemg.reconstruct.nmm.ensemble import Ensemble, from_state, read_ensemble
from deepemg.reconstruct.nmm.features import SLOTS
from deepemg.reconstruct.nmm.network import MOST_TRIALS
from deepemg.reconstruct.nmm.personal import SCHEME, identified, personal_posterior
from deepemg.reconstruct.nmm.scales import ParameterScale
from deepemg.reconstruct.nmm.subject_fit import subject_fit
from deepemg.reconstruct.nmm.told_level import told_factors

SERIES = ("time_s", "angle", "velocity", "torque")


@dataclass(frozen=True)
class FittedNmm:
    """`context` are the training trials; personal, sd, prior_sd (P,) the parameters in their own units."""

    arm: Arm
    ensemble: Ensemble
    context: tuple[Trial, ...]
    personal: np.ndarray
    sd: np.ndarray
    prior_sd: np.ndarray
    losses: pd.DataFrame
    settings: dict[str, Any]

    def reconstruct(self, trial: Trial) -> Reconstruction:
        """Observed muscles as measured, hidden ones by posterior and subject fit; torque is that of the fit."""
        check_trials([trial], self.arm)
        if not self.settings["emg"]:
            trial = trial.without(trial.observed)
        factors = told_factors(nearest(self.context, trial), trial, self.arm.muscle_names, self._believed)
        belief = self._believed(trial).times(factors)
        fit = subject_fit([trial], self.arm, [belief], (self.personal, self.sd), self.settings, personal=False)
        limits = (
            np.where(belief.hidden, limit * fit.factors[0], belief.mean) for limit in (belief.lower, belief.upper)
        )
        mean = np.where(belief.hidden, fit.excitations[0], belief.mean)
        lower, upper = (np.clip(limit, 0, 1) for limit in limits)
        return Reconstruction(
            trial.time_s, self.arm.muscle_names, mean, np.minimum(lower, mean), np.maximum(upper, mean), fit.torques[0]
        )

    def _believed(self, trial: Trial) -> Belief:
        """By the prior, beside the training trials."""
        trials = [*nearest(self.context, trial), trial]
        posterior = ask(self.ensemble, trials, self.arm, self.settings)
        return beliefs(posterior, self.ensemble, trials, self.arm, self.settings)[-1]

    def parameters(self) -> pd.DataFrame:
        """Fitted values with the posterior's sd; identified where that is less than half of the prior's."""
        scheme = parameter_scheme(self.arm, SCHEME)
        return scheme.table(self.personal, sd=self.sd, identified=identified(self.sd, self.prior_sd))

    def history(self) -> pd.DataFrame:
        """Before and after the subject fit."""
        return self.losses[list(HISTORY)]

    def save(self, path: Path) -> None:
        """Everything that a reconstruction needs, the networks included."""
        numbers = {name: torch.tensor(getattr(self, name)) for name in ("personal", "sd", "prior_sd")}
        model = {
            "method": "nmm",
            "arm": describe_arm(self.arm),
            "ensemble": self.ensemble.state(),
            "context": [_described(trial) for trial in self.context],
            "losses": self.losses.to_dict("list"),
            "settings": self.settings,
        }
        torch.save(model | numbers, path)


def nearest(context: Sequence[Trial], trial: Trial) -> list[Trial]:
    """Training trials to read a trial beside: never itself; of many, those of the nearest loads."""
    others = [other for other in context if other.name != trial.name]
    return sorted(others, key=lambda other: abs(other.load_kg - trial.load_kg))[: MOST_TRIALS - 1]


def fit(trials: Sequence[Trial], arm: Arm, *, seed: int, settings: dict[str, Any]) -> FittedNmm:
    """Read the trained prior, ask it about all training trials, fit the subject; nothing random, `seed` is not used.

    The parameters are those of scheme H1, which the prior learnt. Raises ValueError for an arm that it does not know.
    """
    check_trials(trials, arm)
    strange = [name for name in arm.muscle_names if name not in SLOTS]
    if strange:
        raise ValueError(f"the prior knows {', '.join(SLOTS)}; arm {arm.name} also has {', '.join(strange)}")
    settings = settings | {"forward": settings["forward"] | {"scheme": SCHEME, "dynamics": "scheme"}}
    ensemble, scale = read_ensemble(settings["prior"]), ParameterScale()
    shown = list(trials[:MOST_TRIALS])
    posterior = ask(ensemble, shown, arm, settings)
    mean, sd = personal_posterior(arm, *posterior.parameters(), scale)
    _, prior_sd = personal_posterior(arm, torch.zeros_like(ensemble.prior_sd), ensemble.prior_sd, scale)
    found = beliefs(posterior, ensemble, shown, arm, settings)
    rows = []
    for epoch, limits in ((0, settings | {"iterations": 0}), (settings["iterations"], settings)):
        result = subject_fit(shown, arm, found, (mean, sd), limits)
        rows.append((epoch, result.loss, *(result.terms[name] for name in ("belief", "torque", "parameter"))))
    losses = pd.DataFrame(rows, columns=list(HISTORY))
    return FittedNmm(arm, ensemble, tuple(trials), result.personal, sd, prior_sd, losses, settings)


def load(path: Path) -> FittedNmm:
    """Read what `save` wrote; nothing but plain data and tensors is unpickled."""
    model = torch.load(path, weights_only=True)
    return FittedNmm(
        arm=restore_arm(model["arm"]),
        ensemble=from_state(model["ensemble"]),
        context=tuple(_restored(entry) for entry in model["context"]),
        personal=model["personal"].numpy(),
        sd=model["sd"].numpy(),
        prior_sd=model["prior_sd"].numpy(),
        losses=pd.DataFrame(model["losses"]),
        settings=model["settings"],
    )


def _described(trial: Trial) -> dict[str, Any]:
    """A trial as plain data and tensors."""
    entry = asdict(trial)
    entry |= {name: torch.tensor(entry[name]) for name in SERIES}
    return entry | {"envelopes": {name: torch.tensor(values) for name, values in trial.envelopes.items()}}


def _restored(entry: dict[str, Any]) -> Trial:
    series = {name: entry[name].numpy() for name in SERIES}
    envelopes = {name: values.numpy() for name, values in entry["envelopes"].items()}
    contractions = tuple(Contraction(**one) for one in entry["contractions"])
    return Trial(**entry | series | {"envelopes": envelopes, "contractions": contractions})
