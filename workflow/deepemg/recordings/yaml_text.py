"""YAML that somebody wrote or sent: plain values only, each key once, no aliases, in bounded time."""

from __future__ import annotations

import math
import sys
from collections.abc import Hashable
from pathlib import Path
from typing import Any

import yaml

from deepemg.recordings.problems import Problem, RecordingError
from deepemg.recordings.readers.text import decode, read_bytes
from deepemg.recordings.spelling import cut, short


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


def read_yaml(path: Path) -> Any:
    """Content of a YAML file. Raises RecordingError where it is none, with the line and without what stands in it."""
    content = read_bytes(path, kind="description")
    try:
        return yaml.load(decode(content), _OneOfEach)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        found = cut(getattr(error, "problem", None) or "letters that no YAML has")
        fix = "correct this line, or the one above it"
    except RecursionError:
        where, found, fix = "", "brackets too deep", "write each key on a line of its own"
    except PYYAML_FAILS:
        where, found, fix = "", "a value that means nothing", "remove what begins with !!, and put dates in quotes"
    raise RecordingError([Problem("DE-006", f"{path}{where}", found, "valid YAML", fix)])
