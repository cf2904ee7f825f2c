"""Observed EMG to envelopes as fractions of MVC, and the levels that are 1."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.recordings.subject import read_subject
from deepemg.signals.envelopes import subject_envelopes
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.tables import write_levels

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
clock = pd.read_parquet(snakemake.input.kinematics, columns=["trial", "time_s"])
envelopes, levels = subject_envelopes(subject, "observed", clock, EnvelopeSettings(**params.settings))
envelopes.to_parquet(snakemake.output.envelopes)
write_levels(levels, snakemake.output.levels)
