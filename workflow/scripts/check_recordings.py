"""Read every observed signal of a subject once: quality numbers and flags, or every fault in one go."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

import json
from pathlib import Path

from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject
from deepemg.settings import from_plain
from deepemg.signals.quality import recording_quality
from deepemg.signals.settings import SignalSettings

params = snakemake.params
subject = read_subject(Path(params.folder), params.recordings)
try:
    quality = recording_quality(subject, from_plain(SignalSettings, params.settings))
except RecordingError as error:
    sys.exit(str(error))
Path(snakemake.output.quality).write_text(json.dumps(quality, indent=1))
