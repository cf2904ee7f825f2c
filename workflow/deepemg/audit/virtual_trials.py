"""What the prior's networks, without a subject fit, make of the hidden muscles of virtual subjects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from deepemg.evaluate.metrics import coverage, pearson_r, rmse
from deepemg.reconstruct.nmm.believe import QUANTILE
from deepemg.reconstruct.nmm.ensemble import Ensemble
from deepemg.reconstruct.nmm.examples import movement_windows, still_windows
from deepemg.reconstruct.nmm.features import FLEXOR, OFFSET, SLOTS, NominalArm, features, reference
from deepemg.reconstruct.nmm.masking import DEEP
from deepemg.reconstruct.nmm.network import SAMPLES
from deepemg.reconstruct.nmm.strength import log_strength
from deepemg.reconstruct.nmm.virtual.simulate import VirtualSubjects

HIDDEN = ("BRA", "TRImed")
BATCH = 32
OF_TRIALS = ("angle", "velocity", "acceleration", "torque", "load", "envelopes", "excitations")


@dataclass(frozen=True)
class Recorded:
    """What of the virtual subjects was recorded: trials, contractions by their places, and whether torque is known."""

    trials: Sequence[int] = (0, 1, 2)
    contractions: Sequence[int] = (0, 1, 2, 3)
    torque: bool = True
    contraction_torque: bool = True


def scores(ensemble: Ensemble, subjects: VirtualSubjects, recorded: Recorded) -> pd.DataFrame:
    """A row per subject and hidden muscle, for the first trial recorded.

    Columns: muscle, rmse, r, coverage90, width (mean of the band), and rmse_copy, r_copy of the mean of the neighbours.
    """
    mean, lower, upper, copied = estimates(ensemble, subjects, recorded)
    rows = []
    for muscle in HIDDEN:
        place = SLOTS.index(muscle)
        for subject in range(len(subjects.size)):
            truth = subjects.excitations[subject, recorded.trials[0], :, place].numpy()
            found, low, high, copy = (values[subject, :, place] for values in (mean, lower, upper, copied))
            inside, width = coverage(truth, low, high), float(np.mean(high - low))
            beside = rmse(truth, copy), pearson_r(truth, copy)
            rows.append((muscle, rmse(truth, found), pearson_r(truth, found), inside, width, *beside))
    return pd.DataFrame(rows, columns=["muscle", "rmse", "r", "coverage90", "width", "rmse_copy", "r_copy"])


def estimates(
    ensemble: Ensemble, subjects: VirtualSubjects, recorded: Recorded
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Mean, limits of the band, and copy, each (subject, sample, muscle slot), of the first trial recorded."""
    v = _with_trials(subjects, recorded.trials)
    parts = [_batch(ensemble, v, recorded, slice(at, at + BATCH)) for at in range(0, len(v.size), BATCH)]
    mean, lower, upper, copied = (torch.cat(part).numpy() for part in zip(*parts, strict=True))
    return mean, lower, upper, copied


def _with_trials(v: VirtualSubjects, places: Sequence[int]) -> VirtualSubjects:
    return replace(v, **{name: getattr(v, name)[:, list(places)] for name in OF_TRIALS})


def _rows(v: VirtualSubjects, rows: slice) -> VirtualSubjects:
    isometric = replace(v.isometric, **{name: value[rows] for name, value in vars(v.isometric).items()})
    others = {name: value[rows] for name, value in vars(v).items() if name != "isometric"}
    return replace(v, **others, isometric=isometric)


def _batch(
    ensemble: Ensemble, subjects: VirtualSubjects, recorded: Recorded, rows: slice
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Mean, lower and upper limit of the band, and copy, each (B, T, M), of the first trial."""
    v, arm = _rows(subjects, rows), NominalArm()
    count, trials, samples = v.angle.shape
    observed = (v.in_model & ~DEEP)[:, None].expand(-1, trials, -1)
    windows = movement_windows(v, observed, torch.full((count, trials), recorded.torque))
    still = still_windows(v, observed[:, 0])
    present = v.isometric.present & torch.tensor([c in recorded.contractions for c in range(still.angle.shape[1])])
    still = replace(still, torque_known=still.torque_known & recorded.contraction_torque)
    strength = log_strength(still, present, arm)
    inputs = features(windows, arm, strength), features(still, arm, strength)
    moving = torch.ones(count, trials, samples // SAMPLES, dtype=torch.bool)
    with torch.no_grad():
        members = [network(*inputs, moving, present, torch.arange(trials)) for network in ensemble.networks]
    means = torch.stack([member.mean for member in members])
    variance = torch.stack([member.sd() ** 2 for member in members]).mean(0) + means.var(0, correction=0)
    level = reference(windows)
    first = slice(0, samples * len(SLOTS))
    scale = torch.tensor([ensemble.band_scale["flexor" if flexor else "extensor"] for flexor in FLEXOR])
    sd = variance[:, first].sqrt().view(count, samples, -1) * scale
    middle = torch.log(level[:, 0] + OFFSET) + means.mean(0)[:, first].view(count, samples, -1)
    shifts = 0.5 * sd**2, -QUANTILE * sd, QUANTILE * sd
    mean, lower, upper = ((torch.exp(middle + shift) - OFFSET).clamp(0, 1) for shift in shifts)
    return mean, lower, upper, level[:, 0].clamp(0, 1)
