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


def vary(assumptions: Assumptions, changes: Mapping[str, Mapping[str, Any]]) -> Assumptions:
    """The assumptions with some values changed, section by section. Raises KeyError for one that there is not."""
    for section, values in changes.items():
        unknown = set(values) - set(assumptions[section])
        if unknown:
            raise KeyError(f"{section} has no {', '.join(sorted(unknown))}")
    return {**assumptions, **{section: {**assumptions[section], **values} for section, values in changes.items()}}


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
