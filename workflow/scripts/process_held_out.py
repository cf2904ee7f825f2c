"""Held-out channels through the same filters as the observed ones; for scores, figures and pages only."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.files import written_aside
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject
from deepemg.signals.envelopes import subject_envelopes

subject = read_subject(Path(snakemake.input.texts[0]).parent, snakemake.params.recordings)
clock = pd.read_parquet(snakemake.input.kinematics, columns=["trial", "time_s"])
try:
    envelopes = subject_envelopes(subject, "held_out", clock, snakemake.params.settings)
except RecordingError as error:
    sys.exit(str(error))
with written_aside(snakemake.output.held_out) as path:
    envelopes.to_parquet(path)
