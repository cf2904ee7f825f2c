"""subject.yaml as it is written: YAML with each key once, sizes with or without their source, units in any spelling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deepemg.recordings.places import check_place
from deepemg.recordings.units import canonical
from deepemg.recordings.yaml_text import read_yaml

SIZES = ("mass_kg", "height_m", "upper_arm_m", "forearm_m", "hand_m", "thigh_m", "shank_m")


def read_description(path: Path) -> Any:
    """Content of a subject.yaml, with sizes as value and source, and units in their own spelling.

    What was called `arm` before a knee could be one is read as `joint`. Raises RecordingError where it is no YAML.
    """
    check_place(path, [path.parent])
    description = read_yaml(path)
    if not isinstance(description, dict):
        return description
    if "arm" in description and "joint" not in description:
        description = {"joint" if key == "arm" else key: value for key, value in description.items()}
    for key in SIZES:
        value = description.get(key)
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            description[key] = {"value": value, "source": "measured"}
    for entry, quantity in _entries_with_units(description):
        if isinstance(entry.get("unit"), str):
            entry["unit"] = canonical(entry["unit"], quantity) or entry["unit"]
    return description


def _entries_with_units(description: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    kinematics = description.get("kinematics")
    blocks = {"angle": kinematics, "torque": description.get("torque"), "time": description.get("clock")}
    if isinstance(kinematics, dict):
        blocks["angular velocity"] = kinematics.get("velocity")
    for quantity, entry in blocks.items():
        if isinstance(entry, dict):
            yield entry, quantity
