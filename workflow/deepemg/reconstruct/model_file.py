"""One file for every fitted method: plain data and tensors, read without running anything that stands in it."""

from __future__ import annotations

from importlib.metadata import version
from pathlib import Path
from typing import Any

from deepemg.joint.definition import Joint
from deepemg.joint.scaling import describe_joint
from deepemg.reconstruct.tensor_file import write_tensors
from deepemg.settings import as_plain

LAYOUT = 2  # of the file; 1 carried trained weights in every fit


def save_model(path: str | Path, *, name: str, method: Any, joint: Joint, state: dict[str, Any]) -> None:
    """Write a fitted method: layout, version, method, settings, joint and state. The same fit gives the same bytes."""
    model = {
        "layout": LAYOUT,
        "deepemg": version("deepemg"),
        "method": name,
        "settings": as_plain(method),
        "joint": describe_joint(joint),
        "state": state,
    }
    write_tensors(path, model)
