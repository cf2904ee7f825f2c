"""Score every method of a subject on the same windows: torque against OpenSim, hidden EMG against the truth."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.evaluate.scores import score_deep_emg, score_torque
from deepemg.files import fit_names, written_aside
from deepemg.signals.torque import read_torque

torque = read_torque(Path(snakemake.input.torque), pd.read_parquet(snakemake.input.kinematics))
held_out = pd.read_parquet(snakemake.input.held_out)
lag = {"rate_hz": snakemake.params.rate_hz, "longest_lag_ms": snakemake.params.settings["longest_lag_ms"]}
torque_scores, deep_scores = [], []
for file in snakemake.input.reconstructions:
    names = fit_names(file)
    reconstruction = pd.read_parquet(file)
    torque_scores.append(score_torque(reconstruction, torque, **names))
    deep_scores.append(score_deep_emg(reconstruction, held_out, **names, **lag))
with written_aside(snakemake.output.torque) as path:
    pd.concat(torque_scores).to_csv(path, index=False)
with written_aside(snakemake.output.deep_emg) as path:
    pd.concat(deep_scores).to_csv(path, index=False)
