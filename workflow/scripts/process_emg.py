"""Observed EMG to envelopes as fractions of MVC, and the levels that are 1."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.parquet import read_parquet, write_parquet
from deepemg.recordings.subject import read_subject
from deepemg.signals.envelopes import subject_envelopes
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.tables import write_levels

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
clock = read_parquet(snakemake.input.kinematics, columns=["trial", "time_s"])
envelopes, levels = subject_envelopes(subject, "observed", clock, EnvelopeSettings(**params.settings))
write_parquet(envelopes, snakemake.output.envelopes)
write_levels(levels, snakemake.output.levels)
end(snakemake)
