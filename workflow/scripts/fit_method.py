"""Fit one method on the training trials of one subject at one load (or all), then reconstruct every trial there."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.files import written_aside
from deepemg.reconstruct.registry import method
from deepemg.reconstruct.trials import at_load, make_trials, reconstruct_trials
from deepemg.recordings.subject import read_subject
from deepemg.signals.torque import read_torque

names = dict(snakemake.wildcards)
subject = read_subject(Path(snakemake.input.texts[0]).parent, snakemake.params.recordings)
kinematics = pd.read_parquet(snakemake.input.kinematics)
torque = read_torque(Path(snakemake.input.torque), kinematics)
envelopes, contractions = pd.read_parquet(snakemake.input.envelopes), pd.read_csv(snakemake.input.contractions)
recorded = make_trials(kinematics, torque, envelopes, contractions, by_mvc=subject.emg_level == "mvc")
training, trials = at_load(recorded, names["load"])

fitted = method(snakemake.params.base).fit(
    training, subject.scaled_arm(), seed=snakemake.params.seed, settings=snakemake.params.settings
)
with written_aside(snakemake.output.model) as path:
    fitted.save(path)
with written_aside(snakemake.output.reconstruction) as path:
    reconstruct_trials(fitted, trials).to_parquet(path)
for table, target in ((fitted.parameters(), "parameters"), (fitted.history(), "loss")):
    for place, key in enumerate(("subject", "load", "method")):
        table.insert(place, key, names[key])
    with written_aside(snakemake.output[target]) as path:
        table.to_csv(path, index=False)
