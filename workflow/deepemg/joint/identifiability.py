"""Which personal parameters could torque tell, at best? The table of docs/joint.md.

Linear theory around the generic joint: curls with known excitations, torque errors that are white, priors of the
scheme. Real fits know less: what is not identified here is not identified by such trials.
"""

from __future__ import annotations

from typing import get_args

import numpy as np
import pandas as pd
import torch

from deepemg.joint.definition import Joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.settings import ForwardSettings, Scheme

RATE_HZ = 100.0
SECONDS = 12.0
TORQUE_ERROR_NM = 0.5  # sd of what a model leaves unexplained; white over EFFECTIVE_RATE_HZ
EFFECTIVE_RATE_HZ = 5.0  # independent samples per second in a 6 Hz signal, roughly
IDENTIFIED = 0.5  # posterior sd / prior sd below which a parameter is called identified


def curls(joint: Joint) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Angle (T,), velocity (T,), excitations (T, n_muscles) of curls with a level and rhythm of its own per muscle."""
    time = torch.arange(0, SECONDS, 1 / RATE_HZ, dtype=torch.float64)
    low, high = np.deg2rad(joint.length_angles_deg[[0, -1]])
    omega, middle, half = 2 * np.pi * 0.4, 0.5 * (low + high), 0.45 * (high - low)
    rhythm = torch.outer(time, torch.linspace(0.3, 0.9, len(joint.muscles), dtype=torch.float64))
    excitation = 0.3 + 0.25 * torch.sin(2 * np.pi * rhythm)
    return middle - half * torch.cos(omega * time), half * omega * torch.sin(omega * time), excitation


def shrinkage(joint: Joint, scheme: Scheme) -> pd.DataFrame:
    """muscle, parameter and posterior sd / prior sd of every parameter of the scheme."""
    model = ForwardModel(joint, rate_hz=RATE_HZ, settings=ForwardSettings(scheme=scheme))
    angle, velocity, excitation = curls(joint)
    jacobian = torch.func.jacrev(lambda values: model(excitation, angle, velocity, values))(model.generic()).numpy()
    prior = model.scheme.prior_sd
    scaled = jacobian * prior * np.sqrt(EFFECTIVE_RATE_HZ / RATE_HZ) / TORQUE_ERROR_NM
    posterior = np.sqrt(np.diag(np.linalg.inv(scaled.T @ scaled + np.eye(len(prior)))))
    return pd.DataFrame({"muscle": model.scheme.muscles, "parameter": model.scheme.parameters, "ratio": posterior})


def identifiability_markdown(joint: Joint) -> str:
    """Table: a row per scheme and parameter, how far torque narrows its prior, and where that counts as identified."""
    lines = ["| scheme | parameter | posterior sd / prior sd, by muscle | identified |", "| --- | --- | --- | --- |"]
    for scheme in get_args(Scheme):
        table = shrinkage(joint, scheme)
        for parameter, rows in table.groupby("parameter", sort=False):
            cells = ", ".join(
                f"{muscle} {ratio:.2f}" for muscle, ratio in zip(rows["muscle"], rows["ratio"], strict=True)
            )
            count = f"{int((rows['ratio'] < IDENTIFIED).sum())} of {len(rows)}"
            lines.append(f"| {scheme} | {str(parameter).replace('_', ' ')} | {cells} | {count} |")
    return "\n".join(lines)
