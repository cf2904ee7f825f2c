"""The personal parameters of a joint: names, units, generic values, bounds, priors, and a smooth bounded map."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import pandas as pd
import torch
import yaml
from torch import Tensor

from deepemg.joint.definition import DATA, Joint, Muscle
from deepemg.joint.hill import HillParameters

GLOBAL = "all"
START_MARGIN = 0.02  # of the range between the bounds
HILL = tuple(field.name for field in fields(HillParameters))


@dataclass(frozen=True)
class ParameterScheme:
    """A flat list of parameters, muscle by muscle, then the global ones. Every array is (n_parameters,).

    `fixed` holds what the forward model needs besides, one value for all muscles or one each; `actions` are those of
    the joint's muscles; `dynamics` names the activation dynamics that the parameters belong to.
    """

    name: str
    dynamics: str
    muscles: tuple[str, ...]
    parameters: tuple[str, ...]
    units: tuple[str, ...]
    generic: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    prior_sd: np.ndarray
    fixed: dict[str, tuple[float, ...]]
    actions: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.parameters)

    def index(self, parameter: str) -> list[int]:
        """Places of a parameter, in the order of the joint's muscles."""
        return [place for place, name in enumerate(self.parameters) if name == parameter]

    def read(self, values: Tensor, parameter: str) -> Tensor:
        """A parameter of a flat vector (n_parameters,): (n_muscles,), or (1,) where all muscles share it."""
        places = self.index(parameter)
        return values[..., places] if places else values.new_tensor(self.fixed[parameter])

    def largest(self, parameter: str) -> float:
        """The largest value that a parameter can take."""
        places = self.index(parameter)
        return float(self.upper[places].max()) if places else max(self.fixed[parameter])

    def table(
        self, personal: np.ndarray, *, sd: np.ndarray | float = np.nan, identified: np.ndarray | bool = False
    ) -> pd.DataFrame:
        """A row for each of `personal` (P,), all in their own units.

        Columns: muscle, parameter, unit, generic, lower, upper, personal, sd, identified, at_bound.
        """
        span = self.upper - self.lower
        edge = 0.01 * span
        at_bound = (personal < self.lower + edge) | (personal > self.upper - edge)
        return pd.DataFrame(
            {
                "muscle": self.muscles,
                "parameter": self.parameters,
                "unit": self.units,
                "generic": self.generic,
                "lower": self.lower,
                "upper": self.upper,
                "personal": personal,
                "sd": sd,
                "identified": identified,
                "at_bound": at_bound & (np.abs(personal - self.generic) > edge),
            }
        )


def available_schemes() -> tuple[str, ...]:
    """Names of the parameter schemes that have a data file."""
    return tuple(sorted(path.stem for path in (DATA / "schemes").glob("*.yaml")))


def parameter_scheme(joint: Joint, name: str = "hill32") -> ParameterScheme:
    """Scheme `name` for a joint. Raises KeyError when there is no such scheme."""
    path = DATA / "schemes" / f"{name}.yaml"
    if not path.exists():
        raise KeyError(f"no parameter scheme called {name!r}; there are {', '.join(available_schemes())}")
    scheme = yaml.safe_load(path.read_text())
    rows = [_muscle_row(m, key, entry) for m in joint.muscles for key, entry in scheme["muscle"].items()]
    rows += [(GLOBAL, key, e["unit"], e["generic"], *e["bounds"], e["prior_sd"]) for key, e in scheme["global"].items()]
    muscles, parameters, units, *numbers = zip(*rows, strict=True)
    generic, lower, upper, prior_sd = (np.array(column, dtype=float) for column in numbers)
    hill = {name: tuple(float(getattr(m, name)) for m in joint.muscles) for name in HILL}
    fixed = hill | {key: (float(value),) for key, value in scheme["fixed"].items()}
    actions = tuple(muscle.action for muscle in joint.muscles)
    return ParameterScheme(
        name, scheme["dynamics"], muscles, parameters, units, generic, lower, upper, prior_sd, fixed, actions
    )


def _muscle_row(muscle: Muscle, key: str, entry: dict[str, Any]) -> tuple[Any, ...]:
    generic = entry.get("generic", getattr(muscle, key, None))
    factor = generic if entry["scale"] == "ratio" else 1.0
    low, high = (factor * bound for bound in entry["bounds"])
    return muscle.name, key, entry["unit"], generic, low, high, factor * entry["prior_sd"]


class PersonalParameters(torch.nn.Module):
    """Parameters inside their bounds for any value of the free vector: theta = lower + (upper - lower) sigmoid(z).

    The start keeps off the bounds, where the sigmoid has no slope.
    """

    lower: Tensor
    upper: Tensor
    generic: Tensor
    prior_sd: Tensor

    def __init__(self, scheme: ParameterScheme, dtype: torch.dtype = torch.float64):
        super().__init__()
        self.scheme = scheme
        for name in ("lower", "upper", "generic", "prior_sd"):
            self.register_buffer(name, torch.tensor(getattr(scheme, name), dtype=dtype))
        share = ((self.generic - self.lower) / (self.upper - self.lower)).clamp(START_MARGIN, 1 - START_MARGIN)
        self.free = torch.nn.Parameter(torch.logit(share))

    def forward(self) -> Tensor:
        """All parameters (n_parameters,) in their own units."""
        return torch.lerp(self.lower, self.upper, torch.sigmoid(self.free))

    def deviation(self) -> Tensor:
        """Distance from the generic values in prior standard deviations (n_parameters,)."""
        return (self() - self.generic) / self.prior_sd


def hill_parameters(scheme: ParameterScheme, values: Tensor) -> HillParameters:
    """The muscle parameters of a flat vector (n_parameters,); strength factors are those of a muscle's action."""
    hill = {name: scheme.read(values, name) for name in HILL}
    strength = torch.cat([scheme.read(values, f"{action}_strength") for action in scheme.actions], dim=-1)
    return HillParameters(**hill | {"max_isometric_force": hill["max_isometric_force"] * strength})
