"""Read every observed signal of a subject once: quality numbers and flags, or every fault in one go."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

import json
from pathlib import Path

from deepemg.files import written_aside
from deepemg.recordings.problems import RecordingError
from deepemg.recordings.subject import read_subject
from deepemg.signals.quality import recording_quality

subject = read_subject(Path(snakemake.input.texts[0]).parent, snakemake.params.recordings)
try:
    quality = recording_quality(subject, snakemake.params.settings, emg=snakemake.params.emg)
except RecordingError as error:
    sys.exit(str(error))
with written_aside(snakemake.output.quality) as path:
    path.write_text(json.dumps(quality, indent=1))
