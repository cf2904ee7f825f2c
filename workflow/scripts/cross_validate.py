"""One method on one subject: one recorded channel hidden, each trial and each load left out in turn."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.evaluate.cross_validation import cross_validate
from deepemg.evaluate.ridge import INPUTS, ridge_fit
from deepemg.files import written_aside
from deepemg.reconstruct.registry import method
from deepemg.reconstruct.trials import make_trials
from deepemg.recordings.subject import read_subject
from deepemg.signals.torque import read_torque

names, params = snakemake.wildcards, snakemake.params
subject = read_subject(Path(snakemake.input.texts[0]).parent, params.recordings)
arm, muscles = subject.scaled_arm(), subject.generic_arm().members(names.channel)
kinematics = pd.read_parquet(snakemake.input.kinematics)
torque = read_torque(Path(snakemake.input.torque), kinematics)
envelopes, contractions = pd.read_parquet(snakemake.input.envelopes), pd.read_csv(snakemake.input.contractions)
trials = make_trials(kinematics, torque, envelopes, contractions, by_mvc=subject.emg_level == "mvc")


def fit(training):
    return method(params.base).fit(training, arm, seed=params.seed, settings=params.settings).reconstruct


if names.method in INPUTS:
    fit = ridge_fit(muscles, trials, inputs=names.method, penalties=params.penalties)
about = {"channel": names.channel, "method": names.method, "shown": params.shown}
scored = cross_validate(fit, trials, muscles, longest_lag_ms=params.longest_lag_ms, **about)
scored.insert(0, "subject", names.subject)
with written_aside(snakemake.output.scores) as path:
    scored.to_csv(path, index=False)
