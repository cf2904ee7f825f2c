"""Where in the curl a reconstruction is too high or too low: its mean error in six parts of the movement."""

from __future__ import annotations

import numpy as np
import pandas as pd

from deepemg.evaluate.metrics import FLAT

EDGES_DEG = (40.0, 80.0)  # of the angle: near extension, the middle, well flexed
PHASES = (  # in the order in which a curl passes them
    "lifting below 40 deg",
    "lifting 40-80 deg",
    "lifting above 80 deg",
    "lowering above 80 deg",
    "lowering 40-80 deg",
    "lowering below 40 deg",
)
BIASES = ["samples", "bias", "bias_without_level"]


def phase_of(angle_rad: np.ndarray, velocity_rad_s: np.ndarray) -> np.ndarray:
    """Place in PHASES of every sample (T,): lifting where the angle grows, lowering where it falls or rests."""
    part = np.digitize(np.rad2deg(angle_rad), EDGES_DEG)
    return np.where(velocity_rad_s > 0, part, len(PHASES) - 1 - part)


def bias_by_phase(truth: np.ndarray, estimate: np.ndarray, phase: np.ndarray) -> pd.DataFrame:
    """A row per phase: phase, samples, bias, bias_without_level.

    bias is the mean error of the phase's samples over the mean truth of all samples (T,), so that the phases of a cell
    may be compared; bias_without_level is that of the estimate scaled to the truth's mean. NaN in a phase without
    samples, and for a silent truth or estimate.
    """
    scale = truth.mean() if truth.mean() > FLAT else np.nan
    own = estimate.mean() if estimate.mean() > FLAT else np.nan
    errors = pd.DataFrame({"bias": (estimate - truth) / scale, "bias_without_level": estimate / own - truth / scale})
    by_phase = errors.groupby(phase)
    found = by_phase.mean().reindex(range(len(PHASES)))
    found.insert(0, "samples", by_phase.size().reindex(found.index, fill_value=0))
    found.insert(0, "phase", PHASES)
    return found
