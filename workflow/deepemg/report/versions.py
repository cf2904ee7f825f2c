"""Which software made a page."""

from __future__ import annotations

import platform
from importlib.metadata import version

LIBRARY = "deepemg"
PACKAGES = ("opensim", "torch", "numpy", "scipy", "pandas", "scikit-learn", "snakemake")


def versions() -> dict[str, str]:
    """This library, Python, and the packages that numbers depend on."""
    return {"python": platform.python_version()} | {name: version(name) for name in (LIBRARY, *PACKAGES)}
