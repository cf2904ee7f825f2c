"""Names of the config that are a method with other settings: `so3`, `mse-pca`, `nmm-gru`, ..."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

SHARED = {"mse": ("forward", "calibration"), "hybrid": ("forward", "calibration")}  # blocks that several methods read
OVERRIDE = ("of", "seed")  # keys of a variant that are no setting of its method


def base_method(block: Mapping[str, Any], name: str) -> str:
    """The method behind a name; `block` is the config's fit_method."""
    return str(block["variants"].get(name, {"of": name})["of"])


def variant_settings(block: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Settings of a method or a variant. Raises KeyError where a variant sets what its method does not have."""
    base = base_method(block, name)
    settings = {key: block[key] for key in SHARED.get(base, ("forward",))} | block.get(base, {})
    changes = {key: value for key, value in block["variants"].get(name, {}).items() if key not in OVERRIDE}
    unknown = [key for key in changes if key not in settings]
    if unknown:
        raise KeyError(f"variant {name}: method {base} has no setting {', '.join(unknown)}")
    if base == "mse" and (settings | changes)["parameters"] == "nmm":
        settings["nmm-paper"] = block["nmm-paper"]
    settings |= changes
    if "scheme" in settings:  # the method has parameters of its own
        settings["forward"] = settings["forward"] | {"scheme": settings.pop("scheme")}
    return settings


def variant_seed(block: Mapping[str, Any], name: str, seed: int) -> int:
    """The study's seed, unless a variant has its own."""
    return int(block["variants"].get(name, {}).get("seed", seed))
