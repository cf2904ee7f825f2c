"""Score reconstructions against inverse-dynamics torque and, over all samples and by phase, held-out envelopes."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from deepemg.evaluate.envelope_scores import envelope_scores
from deepemg.evaluate.metrics import lag_ms, nrmse, pearson_r, r2, rmse
from deepemg.evaluate.phases import BIASES, bias_by_phase, phase_of

TORQUE = ["subject", "load", "method", "split", "rmse_nm", "nrmse", "r2", "r", "trial_load"]
DEEP_EMG = [
    "subject",
    "load",
    "muscle",
    "method",
    "split",
    "rmse",
    "nrmse",
    "r2",
    "r",
    "lag_ms",
    "coverage90",
    "trial_load",
    "crps",
    "level",
    "peak",
    "slope",
]
BY_PHASE = ["subject", "load", "muscle", "method", "split", "trial_load", "phase", *BIASES]


def _cells(reconstruction: pd.DataFrame) -> Iterator[tuple[str, str, pd.DataFrame]]:
    """Split, load of the trials, rows: each load on its own, and all of them together where there are several."""
    for split, rows in reconstruction.groupby("split", sort=False):
        loads = rows["load"].unique()
        for load in loads:
            yield str(split), str(load), rows[rows["load"] == load]
        if len(loads) > 1:
            yield str(split), "all", rows


def score_torque(
    reconstruction: pd.DataFrame, torque: pd.DataFrame, *, subject: str, load: str, method: str
) -> pd.DataFrame:
    """One row per split and load of the trials; `torque` holds trial, time_s, torque_nm."""
    rows = []
    references = _beside(reconstruction, torque)
    for split, trial_load, cell in _cells(reconstruction):
        reference = references.loc[cell.index, "torque_nm"].to_numpy()
        estimate = cell["torque_nm"].to_numpy()
        scores = (f(reference, estimate) for f in (rmse, nrmse, r2, pearson_r))
        rows.append((subject, load, method, split, *scores, trial_load))
    return pd.DataFrame(rows, columns=TORQUE)


def score_deep_emg(
    reconstruction: pd.DataFrame,
    held_out: pd.DataFrame,
    *,
    subject: str,
    load: str,
    method: str,
    rate_hz: float,
    longest_lag_ms: float,
) -> pd.DataFrame:
    """One row per held-out muscle, split and load of the trials; `held_out` holds trial, time_s and its muscles."""
    truths = _beside(reconstruction, held_out)
    fit = {"subject": subject, "load": load, "method": method}
    rows = []
    for split, trial_load, cell in _cells(reconstruction):
        truth = truths.loc[cell.index]
        for muscle in _muscles(held_out):
            reference, estimate = truth[muscle].to_numpy(), cell[muscle].to_numpy()
            lag = lag_ms(*_by_trial(cell["trial"], reference, estimate), rate_hz=rate_hz, longest_ms=longest_lag_ms)
            band = [cell[f"{muscle}_{limit}"].to_numpy() for limit in ("lower", "upper")]
            scores = envelope_scores(reference, estimate, *band) | {"lag_ms": lag}
            rows.append(fit | {"muscle": muscle, "split": split, "trial_load": trial_load} | scores)
    return pd.DataFrame(rows, columns=DEEP_EMG)


def score_deep_emg_by_phase(
    reconstruction: pd.DataFrame,
    held_out: pd.DataFrame,
    kinematics: pd.DataFrame,
    *,
    subject: str,
    load: str,
    method: str,
) -> pd.DataFrame:
    """A row per held-out muscle, split, load of the trials and phase of the curl (`evaluate/phases.py`).

    `kinematics` holds trial, time_s, angle_rad, velocity_rad_s.
    """
    truths, motion = (_beside(reconstruction, table) for table in (held_out, kinematics))
    fit = {"subject": subject, "load": load, "method": method}
    phase = pd.Series(phase_of(motion["angle_rad"].to_numpy(), motion["velocity_rad_s"].to_numpy()), motion.index)
    parts = []
    for split, trial_load, cell in _cells(reconstruction):
        for muscle in _muscles(held_out):
            truth, estimate = truths.loc[cell.index, muscle].to_numpy(), cell[muscle].to_numpy()
            rows = bias_by_phase(truth, estimate, phase[cell.index].to_numpy())
            parts.append(rows.assign(**fit, muscle=muscle, split=split, trial_load=trial_load))
    return pd.concat(parts, ignore_index=True)[BY_PHASE] if parts else pd.DataFrame(columns=BY_PHASE)


def _muscles(held_out: pd.DataFrame) -> list[str]:
    return [column for column in held_out.columns if column not in ("trial", "time_s")]


def _beside(reconstruction: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Rows of `table` for the same trials and times, under the index of the reconstruction. Raises KeyError if none."""
    keys = pd.MultiIndex.from_frame(reconstruction[["trial", "time_s"]])
    return table.set_index(["trial", "time_s"]).loc[keys].set_axis(reconstruction.index)


def _by_trial(trial: pd.Series, *columns: np.ndarray) -> list[list[np.ndarray]]:
    names = trial.to_numpy()
    return [[column[names == name] for name in trial.unique()] for column in columns]
