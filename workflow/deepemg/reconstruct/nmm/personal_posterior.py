"""The network's posterior of the parameters as personal parameters of a scaled joint, in their own units."""

from __future__ import annotations

import numpy as np
from torch import Tensor

from deepemg.joint.definition import Joint
from deepemg.joint.identifiability import IDENTIFIED
from deepemg.joint.parameters import parameter_scheme
from deepemg.reconstruct.nmm.parameter_scale import ParameterScale
from deepemg.reconstruct.nmm.slots import SCHEME


def personal_posterior(joint: Joint, mean: Tensor, sd: Tensor, scale: ParameterScale) -> tuple[np.ndarray, np.ndarray]:
    """Mean and sd (P,) of the joint's parameters, inside its bounds, of mean and sd (P_slots,) of deviations.

    Sizes and strengths are ratios to the joint's own generic values, so a scaled joint keeps its scale.
    """
    scheme = parameter_scheme(joint, SCHEME)
    rows = list(zip(scale.scheme.muscles, scale.scheme.parameters, strict=True))
    places = [rows.index(row) for row in zip(scheme.muscles, scheme.parameters, strict=True)]
    values, ratio = scale.values(mean)[places].numpy().astype(float), scale.ratio[places].numpy()
    spread = (scale.sd * sd)[places].numpy().astype(float)
    slots = scale.generic[places].numpy().astype(float)
    factor = np.where(ratio, scheme.generic / np.where(ratio, slots, 1.0), 1.0)
    relative = np.where(ratio, values / np.where(ratio, slots, 1.0), 1.0)  # a log-normal's sd grows with its value
    return np.clip(values * factor, scheme.lower, scheme.upper), spread * factor * relative


def identified(sd: np.ndarray, prior_sd: np.ndarray) -> np.ndarray:
    """Which parameters (P,) the recordings tell: posterior sd below half of the prior's, the rule of docs/joint.md."""
    return np.asarray(sd < IDENTIFIED * prior_sd)
