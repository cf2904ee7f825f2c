"""Table 1. Subjects and protocol."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

from pathlib import Path

import pandas as pd

from deepemg.recordings.protocol import protocol_row
from deepemg.recordings.subject import read_subject

RELEASED = {"joint": "arm", "reference": "emg_level"}  # the names that the released table has

params = snakemake.params
rows = [protocol_row(read_subject(Path(folder), params.recordings)) for folder in params.folders]
pd.DataFrame(rows).rename(columns=RELEASED).to_csv(snakemake.output.table, index=False)
