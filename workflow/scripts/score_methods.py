"""Score every method of a subject on the same windows: torque against OpenSim, hidden EMG against the truth."""

from deepemg.job import begin, end

begin(snakemake)

import pandas as pd

from deepemg.evaluate.score_tables import score_deep_emg, score_deep_emg_by_phase, score_torque
from deepemg.parquet import read_parquet
from deepemg.reconstruct.fits import fit_names

params = snakemake.params
torque, held_out = read_parquet(snakemake.input.torque), read_parquet(snakemake.input.held_out)
kinematics = read_parquet(snakemake.input.kinematics)
lag = {"rate_hz": params.rate_hz, "longest_lag_ms": params.longest_lag_ms}
torque_scores, deep_scores, phase_scores = [], [], []
for file in snakemake.input.reconstructions:
    names = fit_names(file)
    reconstruction = read_parquet(file)
    torque_scores.append(score_torque(reconstruction, torque, **names))
    deep_scores.append(score_deep_emg(reconstruction, held_out, **names, **lag))
    phase_scores.append(score_deep_emg_by_phase(reconstruction, held_out, kinematics, **names))
pd.concat(torque_scores).to_csv(snakemake.output.torque, index=False)
pd.concat(deep_scores).to_csv(snakemake.output.deep_emg, index=False)
pd.concat(phase_scores).to_csv(snakemake.output.by_phase, index=False)
end(snakemake)
