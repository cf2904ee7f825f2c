"""A fitted method out of its model file."""

from __future__ import annotations

from pathlib import Path

import torch

from deepemg.joint.scaling import restore_joint
from deepemg.reconstruct.contract import Fitted
from deepemg.reconstruct.registry import method_class
from deepemg.settings import from_plain


def load(path: str | Path) -> Fitted:
    """Read what `Fitted.save` wrote; nothing in it is executed.

    Raises FileNotFoundError where there is no file, and ValueError, in one line, where it is no model of this package.
    """
    if not Path(path).is_file():
        raise FileNotFoundError(f"{path}: no such file; expected a model written by save")
    try:
        model = torch.load(path, weights_only=True)
        method = from_plain(method_class(model["method"]), model["settings"])
        fitted: Fitted = method.restore(restore_joint(model["joint"]), model["state"])
    except Exception as error:  # torch and pickle tell in many ways what a file is not
        found = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{path}: no model that this version of deepemg reads ({found})") from error
    return fitted
