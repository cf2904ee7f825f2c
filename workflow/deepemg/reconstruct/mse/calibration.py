"""The arm's parameters that an extrapolation rests on: generic, calibrated with it, or those of the NMM."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepemg.arm.definition import Arm
from deepemg.arm.forward import ForwardModel
from deepemg.arm.parameters import PersonalParameters
from deepemg.reconstruct.contract import Trial


def calibrate(trials: Sequence[Trial], arm: Arm, excitations: Sequence[np.ndarray], settings: dict[str, Any]) -> Tensor:
    """Parameters (n_parameters,) with which these excitations (T, n_muscles) best give the torque of their trials.

    Adam on the relative torque error and, weighted, the distance from generic values in prior standard deviations.
    """
    block = settings["calibration"]
    model = ForwardModel(arm, rate_hz=trials[0].rate_hz, **settings["forward"])
    personal = PersonalParameters(model.scheme)
    motion = [tuple(torch.from_numpy(v) for v in (trial.angle, trial.velocity, trial.torque)) for trial in trials]
    scale = torch.cat([torque for _, _, torque in motion]).square().mean()
    optimiser = torch.optim.Adam(personal.parameters(), lr=block["rate"])
    for _ in range(block["steps"]):
        values = personal()
        errors = [
            model(torch.from_numpy(excitation), angle, velocity, values) - torque
            for excitation, (angle, velocity, torque) in zip(excitations, motion, strict=True)
        ]
        loss = torch.cat(errors).square().mean() / scale
        loss = loss + block["parameter_weight"] * personal.deviation().square().mean()
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return personal().detach()


def nmm_parameters(trials: Sequence[Trial], arm: Arm, settings: dict[str, Any], *, seed: int) -> Tensor:
    """Parameters that `nmm-paper` finds on the same trials with the same seed."""
    from deepemg.reconstruct import nmm_paper

    block = {"forward": settings["forward"]} | settings["nmm-paper"]
    return torch.from_numpy(nmm_paper.fit(trials, arm, seed=seed, settings=block).personal)
