"""A fitted method out of its model file."""

from __future__ import annotations

from pathlib import Path

from deepemg.joint.scaling import restore_joint
from deepemg.reconstruct.contract import Fitted
from deepemg.reconstruct.model_file import LAYOUT
from deepemg.reconstruct.registry import method_class
from deepemg.reconstruct.tensor_file import read_tensors
from deepemg.recordings.problems import RecordingError
from deepemg.settings import from_plain

EXPECTED = "a model written by save, of this version of deepemg"


def load(path: str | Path, weights: str | Path | None = None) -> Fitted:
    """Read what `Fitted.save` wrote; nothing in it is executed.

    A fit names the weights that were trained once for all subjects by their digest. They are found in `weights`, else
    where the fit had them, else in the package. Raises FileNotFoundError where there is no file, and ValueError, in one
    line, where it is no model of this package or its weights are not found.
    """
    model = read_tensors(path, EXPECTED)
    if "method" in model and model.get("layout") != LAYOUT:
        found = f"a model of another layout (deepemg {model.get('deepemg')})"
        raise ValueError(f"{path}: found {found}; expected {EXPECTED}. Fix: fit and save it again.")
    try:
        settings = model["settings"] | ({"weights": str(weights)} if weights else {})
        method = from_plain(method_class(model["method"]), settings)
        fitted: Fitted = method.restore(restore_joint(model["joint"]), model["state"])
    except RecordingError:  # says its own file
        raise
    except (LookupError, TypeError, ValueError, RuntimeError, AttributeError) as error:  # other versions, other files
        found = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ValueError(f"{path}: found {found}; expected {EXPECTED}") from error
    return fitted
