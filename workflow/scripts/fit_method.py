"""Fit one method on the training trials of one subject at one load (or all), then reconstruct every trial there."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.parquet import write_parquet
from deepemg.reconstruct.fits import at_load, reconstruct_trials, with_names
from deepemg.reconstruct.registry import method_class
from deepemg.recordings.subject import read_subject
from deepemg.settings import from_plain
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.tables import read_recording

params, names = snakemake.params, dict(snakemake.wildcards)
subject = read_subject(Path(params.folder), params.recordings)
recording = read_recording(subject, snakemake.input, EnvelopeSettings(**params.signals))
training, trials = at_load(recording, names["load"])

method = from_plain(method_class(params.base), params.settings)
fitted = method.fit(training, seed=params.seed)
fitted.save(snakemake.output.model)
write_parquet(reconstruct_trials(fitted, trials), snakemake.output.reconstruction)
with_names(fitted.parameters(), names).to_csv(snakemake.output.parameters, index=False)
with_names(fitted.history(), names).to_csv(snakemake.output.loss, index=False)
end(snakemake)
