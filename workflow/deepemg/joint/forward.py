"""Musculoskeletal forward model: excitations and motion to joint torque (paper: "musculoskeletal forward dynamics")."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from deepemg.joint.activation import first_order, recursive, two_poles
from deepemg.joint.activation_curve import activation_curve
from deepemg.joint.compliant import compliant_force
from deepemg.joint.curves import CURVES
from deepemg.joint.definition import Joint
from deepemg.joint.geometry import MuscleGeometry
from deepemg.joint.hill import hill_force
from deepemg.joint.parameters import ParameterScheme, hill_parameters, parameter_scheme
from deepemg.joint.settings import ForwardSettings


@dataclass(frozen=True)
class TorqueTerms:
    """Joint torque = sum(gain * activation) + passive; gain is (..., T, n_muscles), passive (..., T), both N m."""

    gain: Tensor
    passive: Tensor

    def at(self, activation: Tensor) -> Tensor:
        """Joint torque (..., T), N m, at activations (..., T, n_muscles) in 0..1."""
        return (self.gain * activation).sum(-1) + self.passive


class ForwardModel(torch.nn.Module):
    """Delay and activation dynamics, Hill muscles, moment arms, torque about the joint.

    `values` (n_parameters,) are those of the scheme; for a batch of subjects or seeds use torch.func.vmap over them.
    """

    def __init__(
        self,
        joint: Joint,
        *,
        rate_hz: float,
        settings: ForwardSettings = ForwardSettings(),  # noqa: B008, frozen
        dtype: torch.dtype = torch.float64,
    ):
        super().__init__()
        self.joint = joint
        self.scheme: ParameterScheme = parameter_scheme(joint, settings.scheme)
        self.curves = CURVES[settings.curves]
        self.dynamics = self.scheme.dynamics if settings.dynamics == "scheme" else settings.dynamics
        self.tendon = settings.tendon
        self.geometry = MuscleGeometry(joint, dtype)
        self.dtype = dtype
        self.rate_hz = rate_hz
        self.activation_time_constant_s = settings.activation_time_constant_s
        self.longest_delay_s = self.scheme.largest("electromechanical_delay")

    def generic(self) -> Tensor:
        """The generic parameters (n_parameters,)."""
        return torch.tensor(self.scheme.generic, dtype=self.dtype)

    def activation(self, excitation: Tensor, values: Tensor) -> Tensor:
        """Activations (..., T, n_muscles) of excitations in 0..1 (..., T, n_muscles)."""
        delay = self.scheme.read(values, "electromechanical_delay")
        rate, longest = self.rate_hz, self.longest_delay_s
        if self.dynamics == "two_poles":
            neural = two_poles(
                excitation,
                delay,
                time_constant_s=self.activation_time_constant_s,
                rate_hz=rate,
                longest_delay_s=longest,
            )
        elif self.dynamics == "recursive":
            if abs(rate - self.scheme.largest("filter_rate_hz")) > 0.01 * rate:
                raise ValueError(
                    f"g1 and g2 belong to {self.scheme.largest('filter_rate_hz'):g} Hz, not to {rate:g} Hz"
                )
            poles = (-self.scheme.read(values, name) for name in ("filter_g1", "filter_g2"))
            neural = recursive(excitation, delay, *poles, rate_hz=rate, longest_delay_s=longest)
        elif self.dynamics == "first_order":
            times = (self.scheme.read(values, name) for name in ("activation_time", "deactivation_time"))
            neural = first_order(excitation, delay, *times, rate_hz=rate, longest_delay_s=longest)
        else:
            raise KeyError(f"no activation dynamics called {self.dynamics!r}")
        return activation_curve(neural, self.scheme.read(values, "emg_nonlinearity"))

    def torque_terms(self, angle: Tensor, velocity: Tensor, values: Tensor) -> TorqueTerms:
        """What the muscles would give per unit of activation at angles (..., T) rad and velocities (..., T) rad/s.

        With rigid tendons, whatever `tendon` says: with compliant ones torque is not linear in activation.
        """
        length, moment_arm = self.geometry(angle)
        lengthening = -moment_arm * velocity.unsqueeze(-1)
        force = hill_force(length, lengthening, hill_parameters(self.scheme, values), self.curves)
        return TorqueTerms(moment_arm * force.active_gain, (moment_arm * force.passive).sum(-1))

    def torque(self, activation: Tensor, angle: Tensor, velocity: Tensor, values: Tensor) -> Tensor:
        """Joint torque (..., T), N m, flexion positive, of activations (..., T, n_muscles)."""
        if self.tendon == "rigid":
            return self.torque_terms(angle, velocity, values).at(activation)
        length, moment_arm = self.geometry(angle)
        lengthening = -moment_arm * velocity.unsqueeze(-1)
        parameters = hill_parameters(self.scheme, values)
        force, _ = compliant_force(length, lengthening, activation, parameters, self.curves)
        return (moment_arm * force).sum(-1)

    def forward(self, excitation: Tensor, angle: Tensor, velocity: Tensor, values: Tensor) -> Tensor:
        """Joint torque (..., T), N m, flexion positive, of excitations (..., T, n_muscles)."""
        return self.torque(self.activation(excitation, values), angle, velocity, values)
