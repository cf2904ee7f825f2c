"""A fitted method out of its model file."""

from __future__ import annotations

from pathlib import Path

from deepemg.joint.scaling import restore_joint
from deepemg.reconstruct.contract import Fitted
from deepemg.reconstruct.registry import method_class
from deepemg.reconstruct.tensor_file import read_tensors
from deepemg.settings import from_plain

EXPECTED = "a model written by save, of this version of deepemg"


def load(path: str | Path) -> Fitted:
    """Read what `Fitted.save` wrote; nothing in it is executed.

    Raises FileNotFoundError where there is no file, and ValueError, in one line, where it is no model of this package.
    """
    model = read_tensors(path, EXPECTED)
    try:
        method = from_plain(method_class(model["method"]), model["settings"])
        fitted: Fitted = method.restore(restore_joint(model["joint"]), model["state"])
    except (LookupError, TypeError, ValueError, RuntimeError, AttributeError) as error:  # other versions, other files
        found = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{path}: found {found}; expected {EXPECTED}") from error
    return fitted
