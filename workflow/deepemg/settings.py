"""Settings are frozen dataclasses: every field has a default, a range, and a description that starts with its unit.

They check themselves (pydantic): a value out of range or an unknown name is refused where the object is made.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from difflib import get_close_matches
from functools import wraps
from typing import Any, TypeVar, dataclass_transform

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

LONGEST = 200  # letters of a value that are told
STRICT = ConfigDict(extra="forbid")  # an unknown setting is a mistake, not a wish

Class = TypeVar("Class")


class SettingError(ValueError):
    """Settings that are unknown or out of range: one line for each."""


@dataclass_transform(frozen_default=True, field_specifiers=(Field,))
def settings_dataclass(kind: type[Class]) -> type[Class]:
    """A frozen dataclass that checks itself and, where it is made with a wrong setting, raises SettingError."""
    made: Any = dataclass(frozen=True, config=STRICT)(kind)
    made.__init__ = _in_one_line(made.__init__, made)
    checked: type[Class] = made
    return checked


def _in_one_line(start: Callable[..., None], kind: type) -> Callable[..., None]:
    """`__init__` of a settings class whose errors take one line each, where pydantic's take four."""

    @wraps(start)
    def initialise(self: Any, *values: Any, **settings: Any) -> None:
        try:
            start(self, *values, **settings)
        except ValidationError as error:
            lines = []
            for entry in error.errors():
                found, expected = finding(entry, kind)
                place = ".".join([kind.__name__, *map(str, entry["loc"])])
                lines.append(f"{place}: found {found}; expected {expected}")
            raise SettingError("\n".join(lines)) from None

    return initialise


def finding(entry: Any, kind: type) -> tuple[str, str]:
    """What pydantic found wrong with a setting of a class, and what was expected."""
    if entry["type"] == "unexpected_keyword_argument":
        if len(entry["loc"]) > 1:
            return "an unknown setting", "a setting of config/defaults.yaml"
        known = list(kind.__pydantic_fields__)  # type: ignore[attr-defined]
        likely = "".join(f"{name}?, or " for name in get_close_matches(str(entry["loc"][0]), known, n=1))
        return "an unknown setting", f"{likely}one of {', '.join(known)}"
    return repr(entry["input"])[:LONGEST], entry["msg"].removeprefix("Input ").replace("should", "it to", 1)


def as_plain(settings: Any) -> dict[str, Any]:
    """Settings as plain data, for a model file or a table."""
    return asdict(settings)


def from_plain(kind: type, values: dict[str, Any]) -> Any:
    """Settings of a class out of plain data. Raises pydantic.ValidationError, which names the field."""
    return TypeAdapter(kind).validate_python(values)
