"""Settings are frozen dataclasses: every field has a default, a range, and a description that starts with its unit.

They check themselves (pydantic): a value out of range or an unknown name is refused where the object is made.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydantic import ConfigDict, TypeAdapter

STRICT = ConfigDict(extra="forbid")  # an unknown setting is a mistake, not a wish


def as_plain(settings: Any) -> dict[str, Any]:
    """Settings as plain data, for a model file or a table."""
    return asdict(settings)


def from_plain(kind: type, values: dict[str, Any]) -> Any:
    """Settings of a class out of plain data. Raises pydantic.ValidationError, which names the field."""
    return TypeAdapter(kind).validate_python(values)
