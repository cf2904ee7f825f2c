"""Figure 10. What torque and the posterior can tell of a hidden flexor and a hidden extensor, one trial per subject."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.reconstruct.nmm import load
from deepemg.reconstruct.nmm.null_direction import level_covariance, torque_landscape
from deepemg.reconstruct.trials import make_trials
from deepemg.report import identifiability
from deepemg.report.style import load_label, save
from deepemg.signals.torque import read_torque

files, params = snakemake.input, snakemake.params
muscles = tuple(params.muscles)
factors = tuple(np.geomspace(1 / widest, widest, params.points) for widest in params.widest)
landscapes = []
for place, (subject, by_mvc) in enumerate(params.by_mvc.items()):
    kinematics, envelopes, held_out = (
        pd.read_parquet(getattr(files, name)[place]) for name in ("kinematics", "envelopes", "held_out")
    )
    torque = read_torque(Path(files.torque[place]), kinematics)
    trials = make_trials(kinematics, torque, envelopes, pd.read_csv(files.contractions[place]), by_mvc=by_mvc)
    trial = max((trial for trial in trials if trial.split == "test"), key=lambda trial: trial.load_kg)
    fitted = load(Path(files.models[place]))
    mean = fitted.reconstruct(trial).mean
    truth = held_out[held_out["trial"] == trial.name]
    ratios = (
        truth[name].mean() / mean[:, fitted.arm.muscle_names.index(name)].mean() for name in muscles if name in truth
    )
    landscapes.append(
        identifiability.Landscape(
            f"{subject}, {load_label(trial.load_label)}",
            factors,
            torque_landscape(fitted, trial, muscles, factors),
            level_covariance(fitted, trial, muscles),
            tuple(ratios) or None,
        )
    )
figure = identifiability.plot(landscapes, *params.labels)
save(figure, Path(snakemake.output.svg), Path(snakemake.output.png))
