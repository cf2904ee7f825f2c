"""What the networks, without a subject fit, make of the hidden muscles of virtual subjects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from deepemg.evaluate.metrics import coverage, pearson_r, rmse
from deepemg.joint.definition import load_joint
from deepemg.pretrain.examples import windows_of_virtual_contractions, windows_of_virtual_movements
from deepemg.pretrain.virtual.simulate import VirtualSubjects
from deepemg.reconstruct.nmm.amortised_posterior import AmortisedPosterior
from deepemg.reconstruct.nmm.density_estimator import SAMPLES
from deepemg.reconstruct.nmm.features import features
from deepemg.reconstruct.nmm.low_rank_gaussian import LowRankGaussian, mixture_moments
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.slots import DEEP, JOINT, SLOTS
from deepemg.reconstruct.nmm.strength import log_strength
from deepemg.reconstruct.nmm.target import OFFSET, from_log_level, log_level
from deepemg.reconstruct.nmm.windows import neighbour_level

HIDDEN = load_joint(JOINT).deep_muscles
BATCH = 32
STRENGTH = "max_isometric_force"
OF_TRIALS = ("angle", "velocity", "acceleration", "torque", "load", "envelopes", "excitations")


@dataclass(frozen=True)
class Recorded:
    """What of the virtual subjects was recorded: trials, contractions by their places (None: all there are), and
    whether torque is known."""

    trials: Sequence[int] = (0, 1, 2)
    contractions: Sequence[int] | None = None
    torque: bool = True
    contraction_torque: bool = True


def scores(amortised: AmortisedPosterior, subjects: VirtualSubjects, recorded: Recorded) -> pd.DataFrame:
    """A row per subject and hidden muscle, for the first trial recorded.

    Columns: muscle, rmse, r, coverage90, width (mean of the band), rmse_copy, r_copy of the mean of the neighbours, and
    strength_sd, the posterior's standard deviation of the muscle's strength over that of the prior.
    """
    mean, lower, upper, copied, open_still = _answers(amortised, subjects, recorded)
    rows = []
    for muscle in HIDDEN:
        place, strength = SLOTS.index(muscle), place_of_strength(muscle)
        for subject in range(len(subjects.size)):
            truth = subjects.excitations[subject, recorded.trials[0], :, place].numpy()
            found, low, high, copy = (values[subject, :, place] for values in (mean, lower, upper, copied))
            inside, width = coverage(truth, low, high), float(np.mean(high - low))
            beside = rmse(truth, copy), pearson_r(truth, copy)
            told = float(open_still[subject, strength])
            rows.append((muscle, rmse(truth, found), pearson_r(truth, found), inside, width, *beside, told))
    columns = ["muscle", "rmse", "r", "coverage90", "width", "rmse_copy", "r_copy", "strength_sd"]
    return pd.DataFrame(rows, columns=columns)


def place_of_strength(muscle: str) -> int:
    """Place of the strength of a muscle among the personal parameters."""
    scheme = ParameterScale().scheme
    return list(zip(scheme.muscles, scheme.parameters, strict=True)).index((muscle, STRENGTH))


def estimates(
    amortised: AmortisedPosterior, subjects: VirtualSubjects, recorded: Recorded
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean, limits of the band, and copy, each (subject, sample, muscle slot), of the first trial recorded."""
    mean, lower, upper, copied, _ = _answers(amortised, subjects, recorded)
    return mean, lower, upper, copied


def _answers(amortised: AmortisedPosterior, subjects: VirtualSubjects, recorded: Recorded) -> tuple[np.ndarray, ...]:
    """What `_of_first_trial` gives, of all subjects."""
    parts = [_of_first_trial(amortised, v, recorded) for v in batches(subjects, recorded)]
    return tuple(torch.cat(part).numpy() for part in zip(*parts, strict=True))


def batches(subjects: VirtualSubjects, recorded: Recorded) -> Iterator[VirtualSubjects]:
    """The subjects with the trials recorded, some at a time."""
    v = replace(subjects, **{name: getattr(subjects, name)[:, list(recorded.trials)] for name in OF_TRIALS})
    for at in range(0, len(v.size), BATCH):
        yield _rows(v, slice(at, at + BATCH))


def _rows(v: VirtualSubjects, rows: slice) -> VirtualSubjects:
    isometric = replace(v.isometric, **{name: value[rows] for name, value in vars(v.isometric).items()})
    others = {name: value[rows] for name, value in vars(v).items() if name != "isometric"}
    return replace(v, **others, isometric=isometric)


def infer(
    amortised: AmortisedPosterior, v: VirtualSubjects, recorded: Recorded
) -> tuple[list[LowRankGaussian], Tensor]:
    """Posterior of each network, of log ratios (B, K * T * M) and parameters, and the neighbours' level (B, K, T, M).

    `v` has the trials recorded and no other; deep muscles are hidden.
    """
    nominal, (count, trials, samples) = amortised.nominal, v.angle.shape
    observed = (v.in_model & ~DEEP)[:, None].expand(-1, trials, -1)
    windows = windows_of_virtual_movements(v, observed, torch.full((count, trials), recorded.torque))
    still = windows_of_virtual_contractions(v, observed[:, 0])
    there = range(still.angle.shape[1])
    chosen = there if recorded.contractions is None else recorded.contractions
    present = v.isometric.present & torch.tensor([place in chosen for place in there])
    still = replace(still, torque_known=still.torque_known & recorded.contraction_torque)
    strength = log_strength(still, present, nominal)
    inputs = features(windows, nominal, strength), features(still, nominal, strength)[:, :, 0]
    moving = torch.ones(count, trials, samples // SAMPLES, dtype=torch.bool)
    with torch.no_grad():
        members = [network(*inputs, moving, present, torch.arange(trials)) for network in amortised.networks]
    return members, neighbour_level(windows)


def _of_first_trial(amortised: AmortisedPosterior, v: VirtualSubjects, recorded: Recorded) -> tuple[Tensor, ...]:
    """Mean, lower and upper limit of the band, and copy, each (B, T, M), of the first trial; standard deviations (B, P)
    of the parameters over those of the prior."""
    members, neighbours = infer(amortised, v, recorded)
    count, _, samples, slots = neighbours.shape
    first = slice(0, samples * slots)
    moments = mixture_moments(members)
    target, spread = (value[:, first].view(count, samples, -1) for value in moments)
    found = from_log_level(log_level(neighbours[:, 0], target), spread * amortised.scale_of_slots(), OFFSET)
    mean, lower, upper = (values.clamp(0, 1) for values in found)
    open_still = moments[1][:, neighbours[0].numel() :] / amortised.prior_sd
    return mean, lower, upper, neighbours[:, 0].clamp(0, 1), open_still
