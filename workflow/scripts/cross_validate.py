"""One method on one subject: one recorded channel hidden, each trial and each load left out in turn."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.evaluate.cross_validation import cross_validate
from deepemg.evaluate.ridge import INPUTS, ridge_fit
from deepemg.reconstruct.registry import method_class
from deepemg.recordings.subject import read_subject
from deepemg.settings import from_plain
from deepemg.signals.settings import EnvelopeSettings
from deepemg.signals.tables import read_recording

names, params = snakemake.wildcards, snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
recording = read_recording(subject, snakemake.input, EnvelopeSettings(**params.signals))
muscles = recording.joint.members(names.channel)


def fit(training):
    return from_plain(method_class(params.base), params.settings).fit(training, seed=params.seed).reconstruct


if names.method in INPUTS:
    fit = ridge_fit(muscles, recording, inputs=names.method, penalties=params.penalties)
about = {"channel": names.channel, "method": names.method, "given": params.given, "leave_out": params.leave_out}
scored = cross_validate(fit, recording, muscles, longest_lag_ms=params.longest_lag_ms, **about)
scored.insert(0, "subject", names.subject)
scored.to_csv(snakemake.output.scores, index=False, float_format="%.6g")
end(snakemake)
