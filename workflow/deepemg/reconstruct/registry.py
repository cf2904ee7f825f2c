"""The methods by name. A method is imported when it is asked for, so that no job pays for another's libraries."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, cast

if TYPE_CHECKING:  # a list of names needs neither torch nor OpenSim
    from deepemg.reconstruct.contract import Method

MethodName = Literal["copy", "so", "mse", "nmm-paper", "nmm", "hybrid", "moco", "trees"]
METHODS = {  # name in tables and configuration: module, class
    "copy": ("copy", "Copy"),
    "so": ("static_optimisation", "StaticOptimisation"),
    "mse": ("synergy_extrapolation.method", "SynergyExtrapolation"),
    "nmm-paper": ("paper_nmm.method", "PaperNMM"),
    "nmm": ("nmm.method", "NMM"),
    "hybrid": ("emg_assisted", "EMGAssisted"),
    "moco": ("moco_inverse", "MocoInverse"),
    "trees": ("boosted_trees", "BoostedTrees"),
}


def module_of(name: str) -> str:
    """Full name of the module that holds a method. Raises KeyError when there is none of that name."""
    if name not in METHODS:
        raise KeyError(f"no method called {name!r}; there are {', '.join(METHODS)}")
    return f"deepemg.reconstruct.{METHODS[name][0]}"


def method_class(name: str) -> type[Method]:
    """The class of a method: its settings, and how it is fitted. Raises KeyError when there is none of that name."""
    return cast("type[Method]", getattr(import_module(module_of(name)), METHODS[name][1]))
