"""Curves of Millard, Uchida, Seth and Delp (2013), OpenSim's defaults.

They are joined Bezier curves without a formula for force in length; `data/millard_curves.csv` holds them as OpenSim
evaluates them, and a cubic spline joins its rows.
"""

from __future__ import annotations

from functools import cache

import pandas as pd
from torch import Tensor

from deepemg.joint.definition import DATA
from deepemg.joint.spline import CubicTable


@cache
def _table(curve: str) -> CubicTable:
    rows = pd.read_csv(DATA / "millard_curves.csv").query("curve == @curve")
    return CubicTable(rows["x"].to_numpy(), rows[["value"]].to_numpy())


def _at(curve: str, x: Tensor) -> Tensor:
    value, _ = _table(curve)(x.double())
    return value.squeeze(-1).to(x)


def active_force_length(length: Tensor) -> Tensor:
    """Never below a tenth: the default that keeps OpenSim's equilibrium solvable."""
    return _at("active_force_length", length)


def force_velocity(velocity: Tensor) -> Tensor:
    """Zero at the fastest shortening, 1.4 when lengthening fast."""
    return _at("force_velocity", velocity)


def passive_force_length(length: Tensor) -> Tensor:
    """Zero up to optimal length."""
    return _at("passive_force_length", length)


def tendon_force(length: Tensor) -> Tensor:
    """Toe and straight line; zero below slack length."""
    return _at("tendon_force", length)
