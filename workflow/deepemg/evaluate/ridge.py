"""Ridge regression on the hidden muscle's own recordings in other trials: what learning by example would reach.

No method of this study may see those recordings, so this is a mark to measure against, not a competitor.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from deepemg.evaluate.cross_validation import Fit, Reconstruct
from deepemg.reconstruct.contract import Reconstruction
from deepemg.signals.recording import Recording, Trial


def recorded_emg(trial: Trial) -> np.ndarray:
    """Observed envelopes (T, n_observed)."""
    return trial.observed_matrix()


def motion(trial: Trial) -> np.ndarray:
    """Angle, velocity, acceleration and load (T, 4)."""
    acceleration = np.gradient(trial.velocity, trial.time_s)
    return np.column_stack([trial.angle, trial.velocity, acceleration, np.full_like(trial.angle, trial.load_kg)])


def everything(trial: Trial) -> np.ndarray:
    """Motion and observed envelopes (T, 4 + n_observed)."""
    return np.column_stack([motion(trial), recorded_emg(trial)])


INPUTS: dict[str, Callable[[Trial], np.ndarray]] = {
    "ridge-emg": recorded_emg,
    "ridge-motion": motion,
    "ridge-all": everything,
}


def ridge_fit(muscles: Sequence[str], recording: Recording, *, inputs: str, penalties: Sequence[float]) -> Fit:
    """A `fit` for cross_validate; `recording` has all trials with the channel, of which it uses the training ones.

    Linear in standardised inputs, the penalty chosen by efficient leave-one-out on the training samples.
    """
    recorded = {trial.name: trial.envelope(muscles[0]) for trial in recording.trials}

    def fit(training: Recording) -> Reconstruct:
        from sklearn.linear_model import RidgeCV
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        model = make_pipeline(StandardScaler(), RidgeCV(alphas=penalties))
        model.fit(
            np.vstack([INPUTS[inputs](t) for t in training.trials]),
            np.concatenate([recorded[t.name] for t in training.trials]),
        )

        def reconstruct(trial: Trial) -> Reconstruction:
            mean = np.clip(model.predict(INPUTS[inputs](trial)), 0, 1)
            heads = np.repeat(mean[:, None], len(muscles), axis=1)
            nothing = np.full_like(heads, np.nan)
            torque = np.full_like(trial.time_s, np.nan)
            return Reconstruction(trial.name, trial.time_s, tuple(muscles), heads, nothing, nothing, torque)

        return reconstruct

    return fit
