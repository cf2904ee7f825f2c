"""Figure 10. What torque and the posterior can tell of a hidden flexor and a hidden extensor, one trial per subject."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import numpy as np
import pandas as pd

from deepemg.evaluate.levels import level_ratios
from deepemg.reconstruct.nmm import load
from deepemg.reconstruct.nmm.null_direction import level_covariance, torque_landscape
from deepemg.reconstruct.trials import make_trials
from deepemg.report import identifiability
from deepemg.report.style import load_label, save
from deepemg.signals.torque import read_torque

files, params = snakemake.input, snakemake.params
factors = tuple(np.geomspace(1 / widest, widest, params.points) for widest in params.widest)
landscapes = []
for place, (subject, by_mvc) in enumerate(params.by_mvc.items()):
    kinematics, envelopes, held_out = (
        pd.read_parquet(files[name][place]) for name in ("kinematics", "envelopes", "held_out")
    )
    torque, contractions = read_torque(Path(files.torque[place]), kinematics), pd.read_csv(files.contractions[place])
    trials = make_trials(kinematics, torque, envelopes, contractions, by_mvc=by_mvc)
    trial = max((trial for trial in trials if trial.split == "test"), key=lambda trial: trial.load_kg)
    about = load(Path(files.models[place])), trial, tuple(params.muscles)
    landscapes.append(
        identifiability.Landscape(
            title=f"{subject}, {load_label(trial.load_label)}",
            factors=factors,
            rmse_nm=torque_landscape(*about, factors),
            covariance=level_covariance(*about),
            truth=level_ratios(about[0].reconstruct(trial), held_out[held_out["trial"] == trial.name], params.muscles),
        )
    )
save(identifiability.plot(landscapes, *params.labels), Path(snakemake.output.svg), Path(snakemake.output.png))
