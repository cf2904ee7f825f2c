"""subject.yaml as it is written: YAML with each key once, sizes with or without their source, units in any spelling."""

from __future__ import annotations

import math
import sys
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import yaml

from deepemg.recordings.places import check_place
from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.text import decode, read_bytes
from deepemg.recordings.spelling import cut, short
from deepemg.recordings.units import canonical

SIZES = ("mass_kg", "height_m", "upper_arm_m", "forearm_m", "hand_m", "thigh_m", "shank_m")


class _OneOfEach(yaml.SafeLoader):
    """YAML that refuses a key written twice, where the usual loader takes the last and says nothing.

    It refuses aliases too, with which a few lines hold themselves, or more than a computer does. A whole number that no
    float holds is infinite, as 1e999 is.
    """

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark
            raise yaml.composer.ComposerError(None, None, "an alias (*) in place of a value", mark)
        return super().compose_node(parent, index)

    def construct_yaml_int(self, node: yaml.ScalarNode) -> Any:
        value = super().construct_yaml_int(node)
        return value if abs(value) <= sys.float_info.max else math.inf if value > 0 else -math.inf

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        seen: set[Hashable] = set()
        for key in filter(lambda key: isinstance(key, Hashable), keys):
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"the key {short(str(key))} twice", node.start_mark)
            seen.add(key)
        return super().construct_mapping(node, deep)


_OneOfEach.add_constructor("tag:yaml.org,2002:int", _OneOfEach.construct_yaml_int)
PYYAML_FAILS = (ValueError, TypeError, LookupError, AttributeError, OverflowError)  # at `!!int x`, say


def read_description(path: Path) -> Any:
    """Content of a subject.yaml, with sizes as value and source, and units in their own spelling.

    What was called `arm` before a knee could be one is read as `joint`. Raises RecordingError where it is no YAML.
    """
    check_place(path, [path.parent])
    content = read_bytes(path, kind="description")
    try:
        description = yaml.load(decode(content), _OneOfEach)
    except yaml.YAMLError as error:
        raise RecordingError([_no_yaml(path, error)]) from None
    except RecursionError:
        fix = "write each key on a line of its own"
        raise RecordingError([Problem("DE-006", str(path), "brackets too deep", "valid YAML", fix)]) from None
    except PYYAML_FAILS:
        fix = "remove what begins with !!, and put dates in quotes"
        raise RecordingError([Problem("DE-006", str(path), "a value that means nothing", "valid YAML", fix)]) from None
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


def _no_yaml(path: Path, error: yaml.YAMLError) -> Problem:
    """What is wrong and where, without the line itself: what it holds belongs in no message."""
    mark = getattr(error, "problem_mark", None)
    where = f", line {mark.line + 1}" if mark else ""
    found = cut(getattr(error, "problem", None) or "letters that no YAML has")
    return Problem("DE-006", f"{path}{where}", found, "valid YAML", "correct this line, or the one above it")


def _entries_with_units(description: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    kinematics = description.get("kinematics")
    blocks = {"angle": kinematics, "torque": description.get("torque"), "time": description.get("clock")}
    if isinstance(kinematics, dict):
        blocks["angular velocity"] = kinematics.get("velocity")
    for quantity, entry in blocks.items():
        if isinstance(entry, dict):
            yield entry, quantity
