"""Sizes of a person as data sets write them: metres, centimetres or millimetres, by what a person can be."""

from __future__ import annotations

import math
import re
from typing import Any

from deepemg.recordings.spelling import fold

HEIGHT_M, SEGMENT_M, MASS_KG = (1.0, 2.4), (0.12, 0.6), (25.0, 250.0)
SCALES = (1.0, 0.01, 0.001)
SEXES = {"male": ("m", "male", "man", "männlich"), "female": ("f", "female", "w", "woman", "weiblich")}


def number_of(value: Any) -> float | None:
    """The first number in a cell (`1.75 m`, `70`, 70.0), or None."""
    if isinstance(value, bool) or value is None:
        return None
    found = re.search(r"\d+(?:[.,]\d+)?", str(value))
    number = float(found[0].replace(",", ".")) if found else None
    return number if number is not None and math.isfinite(number) else None


def metres(value: Any, within: tuple[float, float]) -> float | None:
    """A length in m, whether it was written in m, cm or mm; None where none of these makes it a person's."""
    number = number_of(value)
    if number is None:
        return None
    found = [number * scale for scale in SCALES if within[0] <= number * scale <= within[1]]
    return float(f"{found[0]:.4g}") if found else None


def sizes(
    *, mass: Any = None, height: Any = None, segments: dict[str, Any] | None = None, estimated: tuple[str, ...] = ()
) -> dict[str, dict[str, Any]]:
    """The keys of subject.yaml that these values give; a mass or length that is no person's gives none."""
    kilograms = number_of(mass)
    found = {
        "mass_kg": kilograms if kilograms is not None and MASS_KG[0] <= kilograms <= MASS_KG[1] else None,
        "height_m": metres(height, HEIGHT_M),
        **{key: metres(value, SEGMENT_M) for key, value in (segments or {}).items()},
    }
    return {
        key: {"value": value, "source": "estimated" if key in estimated else "measured"}
        for key, value in found.items()
        if value is not None
    }


def sex_of(value: Any) -> str | None:
    """male or female, where a cell says so."""
    return next((sex for sex, spellings in SEXES.items() if fold(str(value)) in spellings), None)
