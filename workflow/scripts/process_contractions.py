"""MVC trials and holds of a subject in one row each."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.recordings.subject import read_subject
from deepemg.signals.contractions import subject_contractions
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.tables import read_levels

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
levels = read_levels(snakemake.input.levels)
table = subject_contractions(subject, levels, EnvelopeSettings(**params.settings))
table.to_csv(snakemake.output.contractions, index=False)
end(snakemake)
