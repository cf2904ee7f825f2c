"""Table 1. Subjects and protocol."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

import json
from pathlib import Path

import pandas as pd

from deepemg.files import written_aside
from deepemg.recordings.protocol import protocol_row
from deepemg.recordings.subject import read_subject

folders = dict.fromkeys(Path(file).parent for file in snakemake.input.texts)
rows = []
for folder, quality in zip(folders, snakemake.input.quality, strict=True):
    basis = json.loads(Path(quality).read_text())["normalisation"]
    rows.append(protocol_row(read_subject(folder, snakemake.params.recordings)) | {"emg_level": basis})
with written_aside(snakemake.output.table) as path:
    pd.DataFrame(rows).to_csv(path, index=False)
