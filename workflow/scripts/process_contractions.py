"""MVC trials and holds of a subject in one row each."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

from deepemg.files import written_aside
from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions

subject = read_subject(Path(snakemake.input.texts[0]).parent, snakemake.params.recordings)
with written_aside(snakemake.output.contractions) as path:
    subject_contractions(subject, snakemake.params.settings).to_csv(path, index=False)
