"""Table 1. Subjects and protocol."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.files import written_aside
from deepemg.recordings.protocol import protocol_row
from deepemg.recordings.subject import read_subject

folders = dict.fromkeys(Path(file).parent for file in snakemake.input.texts)
rows = [protocol_row(read_subject(folder, snakemake.params.recordings)) for folder in folders]
with written_aside(snakemake.output.table) as path:
    pd.DataFrame(rows).to_csv(path, index=False)
