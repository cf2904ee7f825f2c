"""MVC trials and holds of a subject in one row each."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

import pandas as pd

from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions
from deepemg.signals.settings import EnvelopeSettings

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
levels = pd.read_csv(snakemake.input.levels, float_precision="round_trip")
table = subject_contractions(subject, levels, EnvelopeSettings(**params.settings))
table.to_csv(snakemake.output.contractions, index=False)
end(snakemake)
