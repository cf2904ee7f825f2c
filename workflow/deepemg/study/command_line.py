"""Settings that came by `--config`: Snakemake makes texts of what is nested there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml


def in_their_kinds(values: Any, config: Any) -> Any:
    """What Snakemake read, as `read_config` understood it: of `--config a={b: 5}` it makes a text of the 5.

    `config` is the configuration as plain data. What was given as a number stays as it was given.
    """
    if isinstance(values, Mapping) and isinstance(config, Mapping):
        return {key: in_their_kinds(value, config.get(key, value)) for key, value in values.items()}
    if isinstance(values, list) and isinstance(config, list | tuple) and len(values) == len(config):
        return [in_their_kinds(*pair) for pair in zip(values, config, strict=True)]
    return config if isinstance(values, str) and not isinstance(config, list | tuple | Mapping) else values


def as_values(values: Any) -> Any:
    """Texts that are a number, a truth value or nothing in YAML as these, at any depth."""
    if isinstance(values, Mapping):
        return {key: as_values(value) for key, value in values.items()}
    if isinstance(values, list):
        return [as_values(value) for value in values]
    if not isinstance(values, str):
        return values
    try:
        read = yaml.safe_load(values)
    except (yaml.YAMLError, ValueError):
        return values
    return read if read is None or isinstance(read, bool | int | float) else values
