"""The methods by name. A method is imported when it is asked for, so that no job pays for another's libraries."""

from __future__ import annotations

from importlib import import_module
from typing import cast

from deepemg.reconstruct.contract import Method

MODULES = {
    "copy": "copy",
    "so": "so",
    "mse": "mse",
    "nmm-paper": "nmm_paper",
    "nmm": "nmm",
    "hybrid": "hybrid",
    "moco": "moco",
    "trees": "trees",
}
TRAINED_ON = {"nmm": "elbow7", "trees": "elbow7"}  # methods trained once know the muscles of one arm, and no others


def method(name: str) -> Method:
    """The module of a method. Raises KeyError when there is none of that name."""
    if name not in MODULES:
        raise KeyError(f"no method called {name!r}; there are {', '.join(MODULES)}")
    return cast(Method, import_module(f"deepemg.reconstruct.{MODULES[name]}"))
