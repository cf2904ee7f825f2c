"""How far the mean of a reconstructed envelope is from the true one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:  # a figure that shows levels needs no torch
    from deepemg.reconstruct.contract import Reconstruction


def level_ratios(found: Reconstruction, held_out: pd.DataFrame, muscles: Sequence[str]) -> tuple[float, ...] | None:
    """True over reconstructed mean envelope of each muscle; `held_out` are the trial's rows. None without truth."""
    if not set(muscles) <= set(held_out.columns):
        return None
    means = {name: float(found.mean[:, found.muscles.index(name)].mean()) for name in muscles}
    return tuple(float(held_out[name].mean()) / means[name] for name in muscles)
