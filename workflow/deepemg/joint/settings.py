"""Settings of the musculoskeletal forward model."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from deepemg.settings import settings_dataclass

Scheme = Literal["hill32", "hill32_recursive", "strength_factors"]


@settings_dataclass
class ForwardSettings:
    """The musculoskeletal forward model that all methods share."""

    scheme: Scheme = Field(
        default="hill32",
        description="Which parameters are personal (joint/data/schemes). hill32 is our reading of the paper's 32; the "
        "others are other readings.",
    )
    curves: Literal["de_groote", "thelen", "millard"] = Field(
        default="de_groote",
        description="Force-length, force-velocity, passive and tendon curves. De Groote-Fregly 2016 is smooth "
        "everywhere.",
    )
    dynamics: Literal["scheme", "two_poles", "recursive", "first_order"] = Field(
        default="scheme", description="Activation dynamics; scheme = those that the scheme's parameters belong to."
    )
    tendon: Literal["rigid", "compliant"] = Field(
        default="rigid",
        description="Rigid, or compliant (fibre and tendon in equilibrium at each sample; slower). Where a method "
        "needs torque to be linear in activation (so, mse, hybrid), it takes the rigid one for that.",
    )
    activation_time_constant_s: float = Field(
        default=0.015,
        ge=0.001,
        le=0.1,
        description="s. Both poles of the low-pass between excitation and activation with `two_poles` (Lloyd and "
        "Besier 2003 in continuous form).",
    )
