"""Held-out channels through the same filters as the observed ones; for scores, figures and pages only."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject
from deepemg.signals.envelopes import subject_envelopes
from deepemg.signals.settings import EnvelopeSettings

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
clock = pd.read_parquet(snakemake.input.kinematics, columns=["trial", "time_s"])
try:
    envelopes, _ = subject_envelopes(subject, "held_out", clock, EnvelopeSettings(**params.settings))
except RecordingError as error:
    sys.exit(str(error))
envelopes.to_parquet(snakemake.output.held_out)
