"""Read every observed signal of a subject once: quality numbers and flags, or every fault in one go."""

from deepemg.job import begin, end

begin(snakemake)

import json
from pathlib import Path

from deepemg.recordings.subject import read_subject
from deepemg.settings import from_plain
from deepemg.signals.quality import recording_quality
from deepemg.signals.settings import SignalSettings

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
quality = recording_quality(subject, from_plain(SignalSettings, params.settings))
Path(snakemake.output.quality).write_text(json.dumps(quality, indent=1))
end(snakemake)
