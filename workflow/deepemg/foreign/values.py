"""The values of the second generator (`values.yaml`), and how they are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import yaml

Values = Mapping[str, Any]

VALUES = Path(str(resources.files("deepemg.foreign"))) / "values.yaml"


def load_values(path: Path = VALUES) -> dict[str, Any]:
    """Read the values, section by section."""
    return dict(yaml.safe_load(path.read_text()))


def changed(values: Values, protocol: Mapping[str, Any]) -> dict[str, Any]:
    """The values with other entries of the protocol (loads, repetitions)."""
    entries = {name: {**values["protocol"][name], "value": value} for name, value in protocol.items()}
    return {**values, "protocol": {**values["protocol"], **entries}}


def draw(rng: np.random.Generator, entry: Values, sex: str | None = None) -> np.ndarray:
    """Draw an entry: an array of the shape of its centre. `sex` chooses where the centre differs between the sexes."""
    if "value" in entry:
        return np.asarray(entry["value"])
    if "median" in entry:
        median = _centre(entry["median"], sex)
        return median * np.exp(entry["log_sd"] * rng.standard_normal(median.shape))
    if "mean" in entry:
        mean = _centre(entry["mean"], sex)
        drawn = mean + entry["sd"] * rng.standard_normal(mean.shape)
        return np.clip(drawn, entry.get("low", -np.inf), entry.get("high", np.inf))
    return np.asarray(rng.uniform(entry["low"], entry["high"]))


def draw_each(rng: np.random.Generator, entry: Values, size: int) -> np.ndarray:
    """Draw an entry with one centre `size` times."""
    return np.array([draw(rng, entry) for _ in range(size)], dtype=float)


def _centre(centre: Any, sex: str | None) -> np.ndarray:
    return np.asarray(centre[sex] if isinstance(centre, dict) else centre, dtype=float)
