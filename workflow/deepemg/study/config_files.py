"""The files of config/ that are made from the settings' dataclasses: all settings with their reasons, and a schema."""

from __future__ import annotations

import json
from dataclasses import is_dataclass
from textwrap import wrap
from typing import Any

import yaml
from pydantic import TypeAdapter

from deepemg.reconstruct.registry import METHODS, method_class
from deepemg.study.config import StudyConfig

HEAD = (
    "Every setting with its default, unit, range and reason; made from the library by `deepemg docs`, and not read "
    "by any run. To change one, write it into config.yaml under the same keys."
)
LIMITS = {
    "minimum": ">=",
    "maximum": "<=",
    "exclusiveMinimum": ">",
    "exclusiveMaximum": "<",
    "multipleOf": "multiple of",
}
SHARED = ("forward",)  # of all methods, listed once


def defaults_text() -> str:
    """config/defaults.yaml: the whole configuration with its defaults, every key explained above it."""
    lines = [*_comment(HEAD, 0), ""]
    lines += _block(StudyConfig, 0)
    return "\n".join(lines) + "\n"


def schema_text() -> str:
    """JSON schema of the configuration, for editors: config.yaml and comparison.yaml hold parts of it."""
    schema = TypeAdapter(StudyConfig).json_schema()
    for name in METHODS:
        own = TypeAdapter(method_class(name)).json_schema(ref_template="#/$defs/{model}")
        schema["$defs"] |= own.pop("$defs", {})
        schema["$defs"][f"method {name}"] = own
    settings = {name: {"$ref": f"#/$defs/method {name}"} for name in METHODS}
    schema["$defs"]["FitConfig"]["properties"]["settings"] |= {"properties": settings, "additionalProperties": False}
    return json.dumps(schema, indent=1) + "\n"


def _comment(text: str, depth: int) -> list[str]:
    pad = "  " * depth
    return [f"{pad}# {line}" for line in wrap(text, 116 - len(pad))]


def _block(kind: type, depth: int, skip: tuple[str, ...] = ()) -> list[str]:
    """Keys of a settings class, each below its explanation."""
    schema = TypeAdapter(kind).json_schema()
    lines = []
    for name, field in kind.__pydantic_fields__.items():  # type: ignore[attr-defined]
        if name in skip:
            continue
        default = field.get_default(call_default_factory=True)
        if kind.__name__ == "FitConfig" and name == "settings":
            lines += _method_settings(depth, field.description)
        elif is_dataclass(default):
            lines += ["", *_comment(type(default).__doc__ or "", depth), f"{'  ' * depth}{name}:"]
            lines += _block(type(default), depth + 1)
        else:
            lines += _comment(f"{field.description} {_range(schema['properties'][name])}".strip(), depth)
            lines.append(f"{'  ' * depth}{_yaml(name, default)}")
    return lines


def _method_settings(depth: int, description: str) -> list[str]:
    """The settings of every method, from its class."""
    pad = "  " * depth
    lines = ["", *_comment(description, depth), f"{pad}settings:"]
    for name in METHODS:
        kind = method_class(name)
        own = _block(kind, depth + 2, skip=(*SHARED, "paper"))
        lines += [*_comment((kind.__doc__ or "").strip(), depth + 1), f"{pad}  {name}:{'' if own else ' {}'}", *own]
    return lines


def _range(schema: dict[str, Any]) -> str:
    """Choices or limits, in brackets."""
    if "enum" in schema:
        return f"[{', '.join(map(str, schema['enum']))}]"
    limits = [f"{sign} {schema[key]:g}" for key, sign in LIMITS.items() if key in schema]
    return f"[{', '.join(limits)}]" if limits else ""


def _yaml(name: str, value: Any) -> str:
    plain = list(value) if isinstance(value, tuple) else value
    text = yaml.safe_dump(plain, default_flow_style=True, width=1000).removesuffix("...\n").strip()
    return f"{name}: {text}"
