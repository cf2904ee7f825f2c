"""The assumptions of a simulated cohort (`cohort.yaml`) and how a value is drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import yaml

Assumptions = Mapping[str, Any]

COHORT = Path(str(resources.files("deepemg.simulate"))) / "cohort.yaml"


def load_assumptions(path: Path = COHORT) -> Assumptions:
    """Read the assumptions, section by section."""
    return dict(yaml.safe_load(path.read_text()))


def vary(assumptions: Assumptions, changes: Mapping[str, Any]) -> Assumptions:
    """The assumptions with some values changed, however deep. Raises KeyError for one that there is not.

    What a change does not name stays: a spread is given other numbers and no other law, so it takes as many random
    numbers as before, and what is drawn after it is drawn alike.
    """
    unknown = set(changes) - set(assumptions)
    if unknown:
        raise KeyError(f"no assumption called {', '.join(sorted(unknown))}; there are {', '.join(assumptions)}")
    changed = {}
    for name, value in changes.items():
        nested = isinstance(value, Mapping) and isinstance(assumptions[name], Mapping)
        changed[name] = vary(assumptions[name], value) if nested else value
    return {**assumptions, **changed}


def draw(rng: np.random.Generator, spread: Mapping[str, float], size: int) -> np.ndarray:
    """Draw (size,) values: normal {mean, sd, low, high}, log-normal {median, log_sd} or uniform {low, high}."""
    if "median" in spread:
        return spread["median"] * np.exp(spread["log_sd"] * rng.standard_normal(size))
    if "mean" in spread:
        values = spread["mean"] + spread["sd"] * rng.standard_normal(size)
        return np.clip(values, spread.get("low", -np.inf), spread.get("high", np.inf))
    return rng.uniform(spread["low"], spread["high"], size)


def draw_one(rng: np.random.Generator, spread: Mapping[str, float]) -> float:
    """Draw a single value from a spread."""
    return float(draw(rng, spread, 1)[0])
