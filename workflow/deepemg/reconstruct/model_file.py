"""One file for every fitted method: plain data and tensors, read without running anything that stands in it."""

from __future__ import annotations

import io
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch

from deepemg.atomic import written_aside
from deepemg.joint.definition import Joint
from deepemg.joint.scaling import describe_joint
from deepemg.settings import as_plain


def save_model(path: str | Path, *, name: str, method: Any, joint: Joint, state: dict[str, Any]) -> None:
    """Write a fitted method: version, method, settings, joint and state. The same fit gives the same bytes."""
    model = {
        "deepemg": version("deepemg"),
        "method": name,
        "settings": as_plain(method),
        "joint": describe_joint(joint),
        "state": state,
    }
    buffer = io.BytesIO()  # torch writes the name of the file into the file; a buffer has none
    torch.save(model, buffer)
    with written_aside(path) as aside:
        aside.write_bytes(buffer.getvalue())
