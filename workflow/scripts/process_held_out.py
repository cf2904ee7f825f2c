"""Held-out channels through the same filters as the observed ones; for scores, figures and pages only."""

from deepemg.job import begin, end

begin(snakemake)

from pathlib import Path

from deepemg.parquet import read_parquet, write_parquet
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject
from deepemg.settings import from_plain
from deepemg.signals.envelopes import subject_envelopes
from deepemg.signals.quality import judge
from deepemg.signals.settings import SignalSettings

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
clock = read_parquet(snakemake.input.kinematics, columns=["trial", "time_s"])
settings = from_plain(SignalSettings, params.settings)
judged = judge(subject, settings, uses=("held_out",), together=False)
refused = [problem for problem in judged.problems if problem.level == "red"]
if refused:
    raise RecordingError(refused)
envelopes, _ = subject_envelopes(subject, "held_out", clock, settings.envelopes)
write_parquet(envelopes, snakemake.output.held_out)
end(snakemake)
