"""Musculoskeletal forward model: excitations and motion to joint torque (paper: "musculoskeletal forward dynamics")."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.arm.activation import delayed_dynamics, shape
from deepemg.arm.definition import Arm
from deepemg.arm.geometry import MuscleGeometry
from deepemg.arm.hill import hill_force
from deepemg.arm.parameters import ParameterScheme, global_parameter, hill_parameters, parameter_scheme


@dataclass(frozen=True)
class TorqueTerms:
    """Joint torque = sum(gain * activation) + passive; gain is (..., T, n_muscles), passive (..., T), both N m."""

    gain: Tensor
    passive: Tensor

    def at(self, activation: Tensor) -> Tensor:
        return (self.gain * activation).sum(-1) + self.passive


class ForwardModel(torch.nn.Module):
    """Delay and activation dynamics, rigid-tendon Hill muscles, moment arms, torque about the joint."""

    def __init__(
        self,
        arm: Arm,
        *,
        scheme: str = "H1",
        rate_hz: float,
        activation_time_constant_s: float,
        dtype: torch.dtype = torch.float64,
    ):
        super().__init__()
        self.arm = arm
        self.scheme: ParameterScheme = parameter_scheme(arm, scheme)
        self.geometry = MuscleGeometry(arm, dtype)
        self.rate_hz = rate_hz
        self.activation_time_constant_s = activation_time_constant_s
        self.longest_delay_s = float(self.scheme.upper[self.scheme.index("electromechanical_delay")[0]])

    def generic(self) -> Tensor:
        """The generic parameters (n_parameters,)."""
        return torch.tensor(self.scheme.generic, dtype=self.geometry.knots.dtype)

    def activation(self, excitation: Tensor, values: Tensor) -> Tensor:
        """Activations (..., T, n_muscles) of excitations in 0..1 (..., T, n_muscles)."""
        neural = delayed_dynamics(
            excitation,
            global_parameter(self.scheme, values, "electromechanical_delay"),
            time_constant_s=self.activation_time_constant_s,
            rate_hz=self.rate_hz,
            longest_delay_s=self.longest_delay_s,
        )
        return shape(neural, global_parameter(self.scheme, values, "emg_nonlinearity"))

    def torque_terms(self, angle: Tensor, velocity: Tensor, values: Tensor) -> TorqueTerms:
        """What the muscles would give per unit of activation at angles (..., T) rad and velocities (..., T) rad/s."""
        length, moment_arm = self.geometry(angle)
        lengthening = -moment_arm * velocity.unsqueeze(-1)
        force = hill_force(length, lengthening, hill_parameters(self.scheme, values))
        return TorqueTerms(moment_arm * force.active_gain, (moment_arm * force.passive).sum(-1))

    def forward(self, excitation: Tensor, angle: Tensor, velocity: Tensor, values: Tensor) -> Tensor:
        """Joint torque (..., T), N m, flexion positive."""
        return self.torque_terms(angle, velocity, values).at(self.activation(excitation, values))
