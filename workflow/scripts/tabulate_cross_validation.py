"""Cross-validation of every method, channel and subject in one table."""

import sys

sys.stderr = open(snakemake.log[0], "w")  # Snakemake leaves a script's traceback on the terminal only

import pandas as pd

from deepemg.files import written_aside

with written_aside(snakemake.output.table) as path:
    pd.concat(map(pd.read_csv, snakemake.input.scores)).to_csv(path, index=False, float_format="%.6g")
