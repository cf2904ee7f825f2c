"""The nominal joint: what a person of generic parameters would give at the angles and velocities of a subject."""

from __future__ import annotations

from functools import cached_property

import torch
from torch import Tensor

from deepemg.joint.definition import load_joint
from deepemg.joint.forward import ForwardModel
from deepemg.joint.hill import hill_force
from deepemg.joint.parameters import hill_parameters
from deepemg.reconstruct.nmm.slots import JOINT, RATE_HZ
from deepemg.reconstruct.nmm.torque_trust import strongest


class NominalJoint:
    """Generic parameters on the generic joint; a subject's size only scales moment arms."""

    def __init__(self) -> None:
        self.model = ForwardModel(load_joint(JOINT), rate_hz=RATE_HZ, dtype=torch.float32)
        values = self.model.generic()
        self.parameters = hill_parameters(self.model.scheme, values)
        self.nonlinearity = self.model.scheme.read(values, "emg_nonlinearity")

    @cached_property
    def strongest(self) -> Tensor:
        """Greatest torque (2,) of all flexors and of all extensors, N m."""
        return torch.stack(strongest(self.model, self.model.generic()))

    def terms(self, angle: Tensor, velocity: Tensor, size: Tensor) -> tuple[Tensor, Tensor]:
        """Torque per activation and passive torque of each muscle, (B, K, T, M) in N m."""
        length, moment_arm = self.model.geometry(angle)
        force = hill_force(length, -moment_arm * velocity[..., None], self.parameters, self.model.curves)
        scale = moment_arm * size[:, None, None, None]
        return scale * force.active_gain, scale * force.passive
